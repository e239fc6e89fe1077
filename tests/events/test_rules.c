// SPDX-License-Identifier: GPL-2.0-or-later
/* Expressions, and rules as a reader meets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include "events/rules.h"

/* "a" to "f" are the fields. */
static int letter(const void *arg, const struct ir_expr_name *name, struct ir_error *err)
{
	(void)arg;
	if (name->len == 1 && name->text[0] >= 'a' && name->text[0] <= 'f')
		return name->text[0] - 'a';
	return ir_error_set(err, -1, "no field");
}

static uint64_t value(const char *text)
{
	static const uint64_t values[6] = { 1, 2, 3, 0x400, (uint64_t)-12, UINT64_MAX };
	static const uint64_t entry[6] = { 11, 12, 13, 14, 15, 16 };
	const struct ir_expr_names names = { letter, NULL };
	struct ir_error err = { "" };
	struct ir_expr *e = ir_expr_compile(text, &names, &err);
	uint64_t v;

	if (!e)
		print_message("%s\n", err.text);
	assert_non_null(e);
	v = ir_expr_value(e, values, entry);
	free(e);
	return v;
}

static void refused(const char *text, const char *why)
{
	const struct ir_expr_names names = { letter, NULL };
	struct ir_error err = { "" };

	assert_null(ir_expr_compile(text, &names, &err));
	if (!strstr(err.text, why))
		print_message("%s: %s\n", text, err.text);
	assert_non_null(strstr(err.text, why));
}

static void test_values(void **state)
{
	(void)state;
	assert_int_equal(value("0x10"), 16);
	assert_int_equal(value("010"), 10);
	assert_true(value("18446744073709551615") == UINT64_MAX);
	assert_int_equal(value("a + b * c"), 7);
	assert_int_equal(value("(a + b) * c"), 9);
	assert_int_equal(value("c - b - a"), 0);
	assert_int_equal(value("1 << 2 << 1"), 8);
	assert_int_equal(value("1 << 64"), 0);
	assert_int_equal(value("a << -1"), 0);
	assert_int_equal(value("~0 >> 63"), 1);
	assert_int_equal(value("d & 0x400 == 0x400"), 1);
	assert_int_equal(value("d & 0x400 && a | b == c"), 1);
	assert_int_equal(value("!(d & 0x400)"), 0);
	assert_int_equal(value("!d || !a"), 0);
	assert_int_equal(value("e < 0"), 1);
	assert_int_equal(value("e == -12"), 1);
	assert_int_equal(value("f == -1"), 1);
	assert_int_equal(value("a>=1&&a<=1&&a!=2"), 1);
	assert_int_equal(value("entry.b - b"), 10);
	assert_int_equal(value("- - -a"), -1);
	assert_int_equal(value("c ^ 1"), 2);
	assert_int_equal(value("a?"), 1);
}

static void test_refused(void **state)
{
	char deep[64];

	(void)state;
	refused("", "is missing at column 1");
	refused("a &", "is missing at column 4");
	refused("a b", "an operator is missing at column 3");
	refused("(a", "\")\" is missing");
	refused("a)", "an operator is missing");
	refused("a = b", "an operator is missing at column 3");
	refused("0x", "not a number");
	refused("12k", "not a number");
	refused("18446744073709551616", "not a number");
	refused("g", "no field");
	refused("entry.", "entry event is missing");
	refused("a / b", "an operator is missing");
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	refused(deep, "nested too deeply");
	refused("1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1", "too long");
}

/* As deep as it gets, with as many values under way as can be. */
static void test_deep(void **state)
{
	static const char level[] = "0||1&&1==1+1*(";
	char text[400] = "";

	(void)state;
	for (int i = 0; i < 6; i++)
		strcat(text, level);
	strcat(text, "1))))))");
	assert_int_equal(value(text), 1);	/* 0 innermost, then in turn */
}

static struct ir_events *parse(const char *text)
{
	struct ir_error err = { "" };
	struct ir_events *ev = ir_events_parse(text, strlen(text), "test", &err);

	if (!ev)
		print_message("%s\n", err.text);
	assert_non_null(ev);
	return ev;
}

static void test_find(void **state)
{
	struct ir_events *ev = parse(
		"{\"events\": [{\"event\": \"k*:a*b*c\", \"is\": \"ignore\"},"
		"{\"event\": \"x\", \"is\": \"ignore\"}]}");

	(void)state;
	assert_non_null(ir_rules_find_user(ev, "kprobes", "abc"));
	assert_non_null(ir_rules_find_user(ev, "k", "aabbcbc"));
	assert_non_null(ir_rules_find_user(ev, NULL, "abc"));
	assert_null(ir_rules_find_user(ev, "fprobes", "abc"));
	assert_null(ir_rules_find_user(ev, "kprobes", "abcd"));
	assert_null(ir_rules_find_builtin(ev, "kprobes", "abc"));
	assert_non_null(ir_rules_find_user(ev, "any", "x"));
	assert_null(ir_rules_find_user(ev, "any", "rpcit"));
	assert_non_null(ir_rules_find_builtin(ev, "any", "rpcit"));
	assert_string_equal(ir_events_path(ev), "test");
	ir_events_free(ev);
	ir_events_free(NULL);
}

/* An event of one unconditional rule is ready when the reader has read it. */
static void test_direct(void **state)
{
	struct ir_events *ev = ir_rules_builtin();
	const struct ir_rule_group *g;

	(void)state;
	assert_non_null(ev);
	g = ir_rules_find_builtin(ev, "fprobes", "rpcit");
	assert_int_equal(g->kind, IR_EV_RPCIT);
	g = ir_rules_find_builtin(ev, "kprobes", "s390_update_trans");
	assert_true(g->kind > IR_EV_KINDS);
	assert_true(g->rules[0].in_place && g->rules[1].in_place);
	ir_events_free(ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_direct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
