/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All renderers, and the canvas that a document is rendered on. */
#ifndef CMD_RENDERERS_H
#define CMD_RENDERERS_H

#include "base/cmd.h"
#include "base/memory.h"
#include "io/output.h"
#include "render/renderer.h"

#define MAX_RENDERERS 16
#define RENDERER_LINES MAX_RENDERERS	/* merge: results line by line, which no renderer does */

/* All of them, the default one first; ends with NULL. */
extern const struct renderer *const renderers[];

/** renderers_init - make the lists of formats (base/cmd.h); before options are parsed */
void renderers_init(void);
/** renderer_of - the one that the settings of such a command name */
const struct renderer *renderer_of(const struct settings *settings);

/* A text that is being rendered. */
struct rendering {
	struct canvas canvas;
	struct ir_memory memory;
};

/** rendering_begin - a canvas for @settings and @out; false: no memory */
bool rendering_begin(struct rendering *r, const struct settings *settings, const struct output *out);
/** rendering_end - the text for free(); NULL: no memory, or @rc is an error */
char *rendering_end(struct rendering *r, int rc);

#endif
