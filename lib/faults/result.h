/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The result of a search, and what its steps at the end need of each other. */
#ifndef IR_FAULTS_RESULT_H
#define IR_FAULTS_RESULT_H

#include "faults/arena.h"
#include "faults/holders.h"

/* Behind the public struct: what owns its parts. */
struct result {
	struct ir_faults faults;
	struct ir_fault *list;
	struct ir_arena arena;		/* mappings, candidates, texts */
	struct ir_names names;		/* of devices and tasks */
};

/* verdict.c */

/** ir_verdict_all - every fault's kind, mapping and candidates; 0 or -ENOMEM */
int ir_verdict_all(struct result *result, struct finding *f, struct ir_holders *holders);

/* words.c */

/** ir_verdict_words - the sentence of a fault, and the reasons of its candidates */
void ir_verdict_words(struct result *result, const struct finding *f, struct ir_fault *fault);
/** ir_candidate_reason - why a candidate is one */
const char *ir_candidate_reason(struct result *result, const struct ir_fault *fault,
				const struct ir_fault_candidate *candidate);

/* summary.c */

/** ir_summary - the counts over all faults; 0 or -ENOMEM */
int ir_summary(struct result *result, const struct finding *f);

#endif
