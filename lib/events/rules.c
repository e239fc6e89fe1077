// SPDX-License-Identifier: GPL-2.0-or-later
/* From the text of rules to groups of them, and which one an event belongs to. */
#include "events/rules.h"
#include "base/free.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS	1024
#define MAX_RULES	64		/* of one event */
#define NONE		SIZE_MAX

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

struct ir_events *ir_rules_new(const char *path)
{
	struct ir_events *ev = calloc(1, sizeof(*ev));

	if (ev && path) {
		ev->path = strdup(path);
		if (!ev->path) {
			free(ev);
			return NULL;
		}
	}
	return ev;
}

static void free_text(const char *text)
{
	ir_free(text);
}

static void free_rule(struct ir_rule *rule)
{
	free_text(rule->text.event);
	free_text(rule->text.is);
	free_text(rule->text.when);
	free_text(rule->text.entry);
	free_text(rule->text.device_name);
	free_text(rule->text.meaning);
	for (unsigned int i = 0; i < IR_RULE_ROLES; i++) {
		free_text(rule->text.fields[i].role);
		free_text(rule->text.fields[i].value);
	}
	free(rule->when);
	for (unsigned int i = 0; i < IR_EVENT_VALUES; i++)
		free(rule->roles[i]);
}

void ir_events_free(struct ir_events *ev)
{
	if (!ev)
		return;
	for (size_t i = 0; i < ev->nr_groups; i++) {
		struct ir_rule_group *g = &ev->groups[i];

		for (size_t r = 0; r < g->nr_rules; r++)
			free_rule(&g->rules[r]);
		for (unsigned int f = 0; f < g->nr_fields; f++)
			free(g->fields[f].name);
		free(g->rules);
		free(g->device);
		free(g->event);
	}
	free(ev->groups);
	free(ev->path);
	free(ev);
}

const char *ir_events_path(const struct ir_events *ev)
{
	return ev->path;
}

/*
 * Groups.
 */

static bool is_pattern(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i] | 0x20;

		if (!(c >= 'a' && c <= 'z') && !(text[i] >= '0' && text[i] <= '9') &&
		    text[i] != '_' && text[i] != '-' && text[i] != '.' && text[i] != '*')
			return false;
	}
	return len > 0 && len < IR_RULE_PATTERN;
}

/* "kprobes:rpcit", or "rpcit" of any system. */
static bool split_event(struct ir_rule_group *g, const char *event)
{
	const char *colon = strchr(event, ':'), *name = colon ? colon + 1 : event;
	size_t len = colon ? (size_t)(colon - event) : 1;

	if (!is_pattern(colon ? event : "*", len) || !is_pattern(name, strlen(name)))
		return false;
	memcpy(g->system, colon ? event : "*", len);
	strcpy(g->name, name);
	return true;
}

static size_t find_group(const struct ir_events *ev, const char *event, bool user)
{
	for (size_t i = 0; i < ev->nr_groups; i++)
		if (ev->groups[i].user == user && !strcmp(ev->groups[i].event, event))
			return i;
	return NONE;
}

/* With * for any characters. */
static bool matches_pattern(const char *pattern, const char *name)
{
	const char *star = NULL, *back = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			back = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* A group of the file that takes all that @g would; the first one an event matches counts. */
static const struct ir_rule_group *find_cover(const struct ir_events *ev,
					      const struct ir_rule_group *g)
{
	for (size_t i = 0; g->user && i < ev->nr_groups; i++)
		if (matches_pattern(ev->groups[i].system, g->system) &&
		    matches_pattern(ev->groups[i].name, g->name))
			return &ev->groups[i];
	return NULL;
}

/* The group of an event as it is written, made if new; NONE with @err set. */
static size_t get_group(struct ir_events *ev, const char *event, bool user, struct ir_error *err)
{
	size_t i = find_group(ev, event, user);
	struct ir_rule_group g = { .user = user }, *grown;
	const struct ir_rule_group *cover;

	if (i != NONE)
		return i;
	if (ev->nr_groups == MAX_GROUPS) {
		ir_error_set(err, -EINVAL, "more than %u events", MAX_GROUPS);
		return NONE;
	}
	if (!split_event(&g, event)) {
		ir_error_set(err, -EINVAL,
			     "\"%.80s\" is no event: SYSTEM:NAME or NAME, * for any characters", event);
		return NONE;
	}
	cover = find_cover(ev, &g);
	if (cover) {
		ir_error_set(err, -EINVAL, "\"%.80s\" is never looked at: \"%.80s\" comes first, and takes all of it",
			     event, cover->event);
		return NONE;
	}
	g.event = strdup(event);
	grown = realloc(ev->groups, (ev->nr_groups + 1) * sizeof(*grown));
	if (grown)
		ev->groups = grown;
	if (!g.event || !grown) {
		free(g.event);
		no_memory(err);
		return NONE;
	}
	grown[ev->nr_groups] = g;
	ev->nr_user += user;
	return ev->nr_groups++;
}

static int get_field(struct ir_rule_group *g, const char *name, size_t len, bool optional,
		     struct ir_error *err)
{
	struct ir_rule_field *f = g->fields;
	unsigned int i = 0;

	while (i < g->nr_fields && (strncmp(f[i].name, name, len) || f[i].name[len]))
		i++;
	if (i < g->nr_fields) {
		f[i].optional &= optional;
		return (int)i;
	}
	if (i == IR_EVENT_VALUES)
		return ir_error_set(err, -EINVAL, "more than %d fields of %s are used",
				    IR_EVENT_VALUES, g->event);
	f[i] = (struct ir_rule_field){ .name = strndup(name, len), .optional = optional };
	if (!f[i].name)
		return no_memory(err);
	g->nr_fields++;
	return (int)i;
}

int ir_rules_hex(struct ir_events *ev, const char *event, const char *field, struct ir_error *err)
{
	size_t g = find_group(ev, event, true);

	for (unsigned int i = 0; g != NONE && i < ev->groups[g].nr_fields; i++)
		if (!strcmp(ev->groups[g].fields[i].name, field)) {
			ev->groups[g].fields[i].hex = true;
			return 0;
		}
	return ir_error_set(err, -EINVAL, "hex: no rule uses a field \"%.80s\" of %s", field, event);
}

/*
 * Rules.
 */

/* The events whose fields an expression may name. */
struct scope {
	struct ir_events *ev;
	size_t group, entry;
};

static int find_name(const void *arg, const struct ir_expr_name *name, struct ir_error *err)
{
	const struct scope *sc = arg;

	if (name->entry && sc->entry == NONE)
		return ir_error_set(err, -EINVAL, "entry.%.*s: the key \"entry\" is missing",
				    (int)name->len, name->text);
	return get_field(&sc->ev->groups[name->entry ? sc->entry : sc->group], name->text,
			 name->len, name->optional, err);
}

static struct ir_expr *compile_expr(const struct scope *sc, const char *key, const char *text,
				    struct ir_error *err)
{
	const struct ir_expr_names names = { find_name, sc };
	struct ir_error why = { "" };
	struct ir_expr *e = ir_expr_compile(text, &names, &why);

	if (!e)
		ir_error_set(err, -EINVAL, "%s: %.300s", key, why.text);
	return e;
}

/* Adds @name to a list, which is cut where it does not fit. */
static void add_to_list(char *list, size_t size, const char *name)
{
	size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s", len ? ", " : "", name);
}

static const struct ir_rule_kind *find_kind(const char *name, struct ir_error *err)
{
	const struct ir_rule_kind *kind = ir_rule_kinds();
	char names[384] = "";

	for (; kind->name; kind++)
		if (!strcmp(kind->name, name))
			return kind;
	for (kind = ir_rule_kinds(); kind->name; kind++)
		add_to_list(names, sizeof(names), kind->name);
	ir_error_set(err, -EINVAL, "is: \"%.40s\" is unknown; known: %s", name, names);
	return NULL;
}

/* Whether the kind has this role; @all becomes a list of its roles. */
static bool takes_role(const struct ir_rule_kind *kind, const char *role, char all[128])
{
	all[0] = '\0';
	for (unsigned int i = 0; i < IR_RULE_ROLES && kind->roles[i]; i++) {
		const char *name = kind->roles[i] + (kind->roles[i][0] == '?');

		if (!strcmp(name, role))
			return true;
		add_to_list(all, 128, name);
	}
	return false;
}

static int check_roles(const struct ir_rule_kind *kind, const struct ir_rule_text *text,
		       struct ir_error *err)
{
	char all[128];

	for (unsigned int f = 0; f < IR_RULE_ROLES && text->fields[f].role; f++)
		if (!takes_role(kind, text->fields[f].role, all))
			return ir_error_set(err, -EINVAL, "fields: %s has no \"%.40s\"; it has: %s",
					    kind->name, text->fields[f].role, all[0] ? all : "none");
	for (unsigned int i = 0; i < IR_RULE_ROLES && kind->roles[i]; i++) {
		bool found = kind->roles[i][0] == '?' ||
			     (text->device_name && !strcmp(kind->roles[i], "device"));

		for (unsigned int f = 0; f < IR_RULE_ROLES && text->fields[f].role; f++)
			found |= !strcmp(text->fields[f].role, kind->roles[i]);
		if (!found)
			return ir_error_set(err, -EINVAL, "fields: %s needs \"%s\"", kind->name,
					    kind->roles[i]);
	}
	if (text->device_name && !takes_role(kind, "device", all))
		return ir_error_set(err, -EINVAL, "device-name: %s has no device", kind->name);
	if (text->device_name && !ir_is_device_name(text->device_name, strlen(text->device_name)))
		return ir_error_set(err, -EINVAL, "device-name: must consist of printable ASCII characters");
	return 0;
}

static bool is_name(const char *p)
{
	bool good = *p && !(*p >= '0' && *p <= '9');

	for (; *p; p++)
		good &= ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') || (*p >= '0' && *p <= '9') ||
			*p == '_';
	return good;
}

/* The device is a field, not an expression: mostly it is no number. */
static int set_device(const struct scope *sc, struct ir_rule *rule, const char *value,
		      struct ir_error *err)
{
	bool entry = !strncmp(value, "entry.", 6);
	struct ir_rule_group *g;

	if (entry && sc->entry == NONE)
		return ir_error_set(err, -EINVAL, "device: the key \"entry\" is missing");
	g = &sc->ev->groups[entry ? sc->entry : sc->group];
	value += entry ? 6 : 0;
	if (!is_name(value))
		return ir_error_set(err, -EINVAL, "device: \"%.80s\" is not the name of a field", value);
	if (rule->device)
		return ir_error_set(err, -EINVAL, "the device is told twice");
	rule->device = entry ? IR_DEVICE_ENTRY : IR_DEVICE_FIELD;
	if (!g->device) {
		g->device = strdup(value);
		return g->device ? 0 : no_memory(err);
	}
	return strcmp(g->device, value) ?
		ir_error_set(err, -EINVAL, "device: another rule says that it is in \"%s\"", g->device) : 0;
}

static int set_role(const struct scope *sc, struct ir_rule *rule, const char *role,
		    const char *value, uint64_t unit, struct ir_error *err)
{
	int index = ir_rule_role(role);

	if (index == IR_ROLE_DEVICE)
		return set_device(sc, rule, value, err);
	if (rule->roles[index])
		return ir_error_set(err, -EINVAL, "fields: \"%s\" is told twice", role);
	rule->unit[index] = unit;
	rule->roles[index] = compile_expr(sc, role, value, err);
	return rule->roles[index] ? 0 : -EINVAL;
}

static int fill_rule(const struct scope *sc, struct ir_rule *rule, const struct ir_rule_text *text,
		     struct ir_error *err)
{
	int rc;

	rule->kind = find_kind(text->is, err);
	if (!rule->kind)
		return -EINVAL;
	rc = check_roles(rule->kind, text, err);
	if (!rc && text->when) {
		rule->when = compile_expr(sc, "when", text->when, err);
		rc = rule->when ? 0 : -EINVAL;
	}
	if (text->device_name)
		rule->device = IR_DEVICE_NAMED;
	for (unsigned int i = 0; !rc && i < IR_RULE_ROLES && text->fields[i].role; i++)
		rc = set_role(sc, rule, text->fields[i].role, text->fields[i].value,
			      text->fields[i].unit, err);
	return rc;
}

static bool copy_string(const char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return *to || !from;
}

static bool copy_text(struct ir_rule_text *to, const struct ir_rule_text *from)
{
	bool good = copy_string(&to->event, from->event) && copy_string(&to->is, from->is) &&
		    copy_string(&to->when, from->when) && copy_string(&to->entry, from->entry) &&
		    copy_string(&to->device_name, from->device_name) &&
		    copy_string(&to->meaning, from->meaning);

	for (unsigned int i = 0; i < IR_RULE_ROLES && good; i++) {
		to->fields[i].unit = from->fields[i].unit;
		good = copy_string(&to->fields[i].role, from->fields[i].role) &&
		       copy_string(&to->fields[i].value, from->fields[i].value);
	}
	return good;
}

/* All rules of an event that is a return must agree which entry is its. */
static int link_entry(struct ir_events *ev, size_t group, const struct ir_rule_text *text,
		      size_t *entry, struct ir_error *err)
{
	struct ir_rule_group *g;

	*entry = NONE;
	if (text->entry) {
		*entry = get_group(ev, text->entry, ev->groups[group].user, err);
		if (*entry == NONE)
			return -EINVAL;
		if (*entry == group)
			return ir_error_set(err, -EINVAL, "entry: that is this event itself");
		ev->groups[*entry].is_entry = true;
	}
	g = &ev->groups[group];
	if (g->nr_rules && g->entry != (*entry == NONE ? 0 : *entry + 1))
		return ir_error_set(err, -EINVAL, "entry: another rule for %s says otherwise",
				    g->event);
	g->entry = *entry == NONE ? 0 : *entry + 1;
	return 0;
}

int ir_rules_add(struct ir_events *ev, const struct ir_rule_text *text, struct ir_error *err)
{
	struct scope sc = { .ev = ev };
	struct ir_rule rule = { .kind = NULL }, *grown;
	struct ir_rule_group *g;
	int rc;

	sc.group = get_group(ev, text->event, text->meaning == NULL, err);
	if (sc.group == NONE)
		return -EINVAL;
	if (ev->groups[sc.group].nr_rules == MAX_RULES)
		return ir_error_set(err, -EINVAL, "more than %u rules for %s", MAX_RULES, text->event);
	g = &ev->groups[sc.group];
	if (g->nr_rules && !g->rules[g->nr_rules - 1].when)
		return ir_error_set(err, -EINVAL, "never holds: the rule before it for %s has no \"when\"",
				    text->event);
	rc = link_entry(ev, sc.group, text, &sc.entry, err);
	if (!rc)
		rc = fill_rule(&sc, &rule, text, err);
	if (!rc && !copy_text(&rule.text, text))
		rc = no_memory(err);
	g = &ev->groups[sc.group];
	grown = rc ? NULL : realloc(g->rules, (g->nr_rules + 1) * sizeof(*grown));
	if (!grown) {
		free_rule(&rule);
		return rc ? rc : no_memory(err);
	}
	g->rules = grown;
	grown[g->nr_rules++] = rule;
	return 0;
}

/*
 * Places.
 */

/*
 * A field that is exactly one role's value gets the role's slot; fields that only
 * conditions and sums use get slots that no role has, as long as there are any.
 */
static void place_fields(struct ir_rule_group *g)
{
	unsigned int taken = 0, placed = 0, f;

	for (size_t r = 0; r < g->nr_rules; r++)
		for (uint8_t role = 0; role < IR_EVENT_VALUES; role++) {
			const struct ir_rule *rule = &g->rules[r];

			if (!rule->roles[role] || !ir_expr_is_field(rule->roles[role], &f) ||
			    placed >> f & 1 || taken >> role & 1)
				continue;
			g->fields[f].slot = role;
			placed |= 1u << f;
			taken |= 1u << role;
		}
	for (f = 0; f < g->nr_fields; f++) {
		uint8_t slot = IR_EVENT_VALUES - 1;

		if (placed >> f & 1)
			continue;
		while (taken >> slot & 1)
			slot--;
		g->fields[f].slot = slot;
		taken |= 1u << slot;
	}
}

static bool in_place(const struct ir_rule_group *g, const struct ir_rule *rule)
{
	unsigned int taken = 0, slot;

	for (unsigned int f = 0; f < g->nr_fields; f++)
		taken |= 1u << g->fields[f].slot;
	for (unsigned int role = 0; role < IR_EVENT_VALUES - 1; role++) {
		if (!rule->roles[role] ? taken >> role & 1 :
		    rule->unit[role] || !ir_expr_is_field(rule->roles[role], &slot) || slot != role)
			return false;
	}
	return !rule->kind->addr;
}

/* The kind of the event if one rule applies to it in any case. */
static uint16_t kind_for_reader(const struct ir_rule_group *g, size_t number)
{
	const struct ir_rule *rule = g->rules;

	if (g->nr_rules == 0 && !g->is_entry)
		return IR_EV_KINDS;
	if (g->nr_rules == 1 && !rule->when && !g->entry && !g->is_entry) {
		if (rule->kind->kind == IR_EV_KINDS)
			return IR_EV_KINDS;
		if (rule->in_place && !rule->kind->flags && !rule->kind->ret &&
		    rule->device <= IR_DEVICE_FIELD)
			return rule->kind->kind;
	}
	return (uint16_t)(IR_EV_KINDS + 1 + number);
}

static void get_slots(const struct ir_rule_group *g, uint8_t *slots)
{
	for (unsigned int f = 0; f < g->nr_fields; f++)
		slots[f] = g->fields[f].slot;
}

/* From indices of fields to those of places. */
static void number_by_place(struct ir_events *ev, struct ir_rule_group *g)
{
	uint8_t own[IR_EVENT_VALUES] = { 0 }, entry[IR_EVENT_VALUES] = { 0 };

	get_slots(g, own);
	if (g->entry)
		get_slots(&ev->groups[g->entry - 1], entry);
	for (size_t r = 0; r < g->nr_rules; r++) {
		if (g->rules[r].when)
			ir_expr_renumber(g->rules[r].when, own, entry);
		for (unsigned int role = 0; role < IR_EVENT_VALUES; role++)
			if (g->rules[r].roles[role])
				ir_expr_renumber(g->rules[r].roles[role], own, entry);
	}
}

void ir_rules_finish(struct ir_events *ev)
{
	for (size_t i = 0; i < ev->nr_groups; i++)
		place_fields(&ev->groups[i]);
	for (size_t i = 0; i < ev->nr_groups; i++) {
		struct ir_rule_group *g = &ev->groups[i];

		number_by_place(ev, g);
		for (size_t r = 0; r < g->nr_rules; r++) {
			g->rules[r].in_place = in_place(g, &g->rules[r]);
			if (g->rules[r].kind->kind < IR_EV_KINDS)
				g->kinds |= UINT64_C(1) << g->rules[r].kind->kind;
		}
		g->kind = kind_for_reader(g, i);
	}
}

/*
 * Finding.
 */

static const struct ir_rule_group *find_event(const struct ir_events *ev, const char *system,
					      const char *name, bool user)
{
	for (size_t i = 0; ev && i < ev->nr_groups; i++) {
		const struct ir_rule_group *g = &ev->groups[i];

		if (g->user == user && matches_pattern(g->name, name) &&
		    (!system || matches_pattern(g->system, system)))
			return g;
	}
	return NULL;
}

const struct ir_rule_group *ir_rules_find_user(const struct ir_events *ev, const char *system,
					       const char *name)
{
	return find_event(ev, system, name, true);
}

const struct ir_rule_group *ir_rules_find_builtin(const struct ir_events *ev, const char *system,
						  const char *name)
{
	return find_event(ev, system, name, false);
}
