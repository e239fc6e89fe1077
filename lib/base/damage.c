// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and severities of the damage counters, all from IR_DAMAGE_LIST. */
#include <iommu-replay/damage.h>
#include <stddef.h>

struct damage_text {
	const char *name;
	const char *meaning;
	enum ir_severity severity;
};

static const struct damage_text texts[IR_DAMAGE_KINDS] = {
#define IR_DAMAGE_TEXT(id, sev, text, why) \
	[id] = { .name = text, .meaning = why, .severity = IR_SEVERITY_##sev },
	IR_DAMAGE_LIST(IR_DAMAGE_TEXT)
#undef IR_DAMAGE_TEXT
};

const char *ir_damage_name(enum ir_damage_kind kind)
{
	return (unsigned int)kind < IR_DAMAGE_KINDS ? texts[kind].name : "unknown";
}

const char *ir_damage_meaning(enum ir_damage_kind kind)
{
	return (unsigned int)kind < IR_DAMAGE_KINDS ? texts[kind].meaning : "unknown damage";
}

enum ir_severity ir_damage_severity(enum ir_damage_kind kind)
{
	return (unsigned int)kind < IR_DAMAGE_KINDS ? texts[kind].severity : IR_SEVERITY_CORRUPT;
}

const char *ir_severity_name(enum ir_severity severity)
{
	static const char *const names[] = { "info", "loss", "corrupt", "limit" };

	return names[severity];
}

bool ir_damage_complete(const struct ir_damage *damage)
{
	size_t i;

	for (i = 0; i < IR_DAMAGE_KINDS; i++)
		if (texts[i].severity != IR_SEVERITY_INFO && damage->count[i])
			return false;
	return true;
}
