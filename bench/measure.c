// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * measure: run commands in turn, several times, and compare them.
 *
 *	measure [-n ROUNDS] [-t SECONDS] [-j JSON] [-m MACHINE] LIST
 *	measure -i COUNTS -j JSON	add instruction counts to the JSON
 *
 * Each line of LIST is one of, fields separated by tabs:
 *
 *	LABEL	EVENTS	YARDSTICK	COMMAND...	YARDSTICK: label of another line, or -
 *	=	TEXT	time|cpu|memory	A	B	OP	BOUND	median of A / median of B, OP is < or >
 *	=	TEXT	time|cpu	A	N	OP	BOUND	milliseconds: median of A / N, a number
 *
 * All commands run once before any runs again, so that a machine that becomes
 * slower or faster meanwhile does so for all of them.  After SECONDS no further
 * round begins.  Figures are of whole processes: wall time, CPU time, and peak
 * memory as the kernel accounts it (getrusage), which includes mapped pages of
 * files.  CPU time is shown for each event, the least, the median and the most over
 * the rounds: other programs may be using the machine.  All else are medians.  A claim is judged by its medians; behind it stand the
 * least and the most of A / B in the rounds, where both ran under the same conditions.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS	32
#define MAX_COMMANDS	128
#define MAX_CLAIMS	64
#define MAX_ARGS	32

struct command {
	char *label, *yardstick;
	uint64_t events;
	char *args[MAX_ARGS + 1];
	unsigned int rounds;
	double wall[MAX_ROUNDS], cpu[MAX_ROUNDS], peak[MAX_ROUNDS];	/* s, s, MiB */
	int status;
};

struct claim {
	char *text, *what, *left, *right, *op;
	double bound;
};

struct list {
	struct command commands[MAX_COMMANDS];
	size_t nr_commands;
	struct claim claims[MAX_CLAIMS];
	size_t nr_claims;
};

__attribute__((format(printf, 1, 2), noreturn)) static void fail(const char *format, ...)
{
	va_list args;

	fputs("measure: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static double seconds(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec * 1e-6;
}

static char *field(char **at, const char *separators)
{
	char *s = strsep(at, separators);

	if (!s)
		fail("a line of the list lacks a field");
	return s;
}

static void parse_claim(struct list *list, char *at)
{
	struct claim *c = &list->claims[list->nr_claims++];

	if (list->nr_claims == MAX_CLAIMS)
		fail("too many claims");
	c->text = field(&at, "\t");
	c->what = field(&at, "\t");
	c->left = field(&at, "\t");
	c->right = field(&at, "\t");
	c->op = field(&at, "\t");
	c->bound = strtod(field(&at, "\t\n"), NULL);
}

static void parse_command(struct list *list, char *at)
{
	struct command *c = &list->commands[list->nr_commands++];
	unsigned int nr = 0;
	char *arg;

	if (list->nr_commands == MAX_COMMANDS)
		fail("too many commands");
	c->label = field(&at, "\t");
	c->events = strtoull(field(&at, "\t"), NULL, 10);
	c->yardstick = field(&at, "\t");
	while ((arg = strsep(&at, " \n")) && nr < MAX_ARGS)
		if (*arg)
			c->args[nr++] = arg;
}

static void read_list(struct list *list, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *at;
	size_t size = 0;

	if (!f)
		fail("%s: %s", path, strerror(errno));
	while (getline(&line, &size, f) > 0) {
		at = strdup(line);
		if (!at)
			fail("out of memory");
		if (line[0] == '=' && line[1] == '\t')
			parse_claim(list, at + 2);
		else if (line[0] != '\n' && line[0] != '#')
			parse_command(list, at);
	}
	free(line);
	fclose(f);
}

static void run(struct command *c)
{
	double begin = now();
	struct rusage use;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		fail("cannot fork: %s", strerror(errno));
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(c->args[0], c->args);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &use) != pid)
		fail("lost a child");
	c->wall[c->rounds] = now() - begin;
	c->cpu[c->rounds] = seconds(use.ru_utime) + seconds(use.ru_stime);
	c->peak[c->rounds] = (double)use.ru_maxrss / 1024;
	c->rounds++;
	if (status)
		c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static double median(const double *values, unsigned int n)
{
	double sorted[MAX_ROUNDS];

	if (!n)
		return 0;
	memcpy(sorted, values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare);
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static double least(const double *values, unsigned int n)
{
	double found = values[0];

	for (unsigned int i = 1; i < n; i++)
		found = values[i] < found ? values[i] : found;
	return found;
}

static double most(const double *values, unsigned int n)
{
	double found = values[0];

	for (unsigned int i = 1; i < n; i++)
		found = values[i] > found ? values[i] : found;
	return found;
}

static double ns_per_event(const struct command *c)
{
	return median(c->cpu, c->rounds) * 1e9 / (double)c->events;
}

static const struct command *find(const struct list *list, const char *label)
{
	for (size_t i = 0; i < list->nr_commands; i++)
		if (!strcmp(list->commands[i].label, label) && !list->commands[i].status)
			return &list->commands[i];
	return NULL;
}

static json_t *show_command(const struct list *list, const struct command *c)
{
	const struct command *than = find(list, c->yardstick);
	double ns = ns_per_event(c);
	char ratio[32] = "";

	if (c->status) {
		printf("%-34s failed: exit status %d\n", c->label, c->status);
		return json_pack("{s:s, s:i}", "label", c->label, "exit_status", c->status);
	}
	if (than)
		snprintf(ratio, sizeof(ratio), "%.2f x", ns_per_event(than) / ns);
	printf("%-34s %8.1f %8.1f %8.1f %9.1f %8.3f %8.3f  %s\n", c->label,
	       least(c->cpu, c->rounds) * 1e9 / (double)c->events, ns,
	       most(c->cpu, c->rounds) * 1e9 / (double)c->events, median(c->peak, c->rounds),
	       median(c->wall, c->rounds), median(c->cpu, c->rounds), ratio);
	return json_pack("{s:s, s:I, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:s, s:o}", "label",
			 c->label, "events", (json_int_t)c->events, "rounds", (int)c->rounds,
			 "cpu_ns_per_event", ns, "peak_mib", median(c->peak, c->rounds),
			 "wall_min_s", least(c->wall, c->rounds), "wall_max_s", most(c->wall, c->rounds),
			 "cpu_min_s", least(c->cpu, c->rounds), "cpu_max_s", most(c->cpu, c->rounds),
			 "wall_s", median(c->wall, c->rounds), "cpu_s", median(c->cpu, c->rounds),
			 "against", c->yardstick,
			 "times_faster", than ? json_real(ns_per_event(than) / ns) : json_null());
}

static const double *quantity(const struct command *c, const char *what)
{
	return !strcmp(what, "memory") ? c->peak : !strcmp(what, "cpu") ? c->cpu : c->wall;
}

static json_t *show_claim(const struct list *list, const struct claim *c)
{
	const struct command *a = find(list, c->left), *b = find(list, c->right);
	double per = strtod(c->right, NULL) / 1e3, ratio, pairs[MAX_ROUNDS];
	unsigned int rounds;
	bool holds;

	if (!a || (!b && per <= 0)) {
		printf("%-62s not measured\n", c->text);
		return json_pack("{s:s, s:n}", "text", c->text, "ratio");
	}
	rounds = b && b->rounds < a->rounds ? b->rounds : a->rounds;
	ratio = median(quantity(a, c->what), a->rounds) / (b ? median(quantity(b, c->what), b->rounds) : per);
	for (unsigned int i = 0; i < rounds; i++)
		pairs[i] = quantity(a, c->what)[i] / (b ? quantity(b, c->what)[i] : per);
	holds = *c->op == '<' ? ratio <= c->bound : ratio >= c->bound;
	printf("%-62s %8.2f  %6.2f to %6.2f  (%s %g) %s\n", c->text, ratio, least(pairs, rounds),
	       most(pairs, rounds), *c->op == '<' ? "at most" : "at least", c->bound,
	       holds ? "yes" : "NO");
	return json_pack("{s:s, s:f, s:f, s:f, s:f, s:s, s:f, s:b}", "text", c->text, "ratio", ratio,
			 "pairs_min", least(pairs, rounds), "pairs_median", median(pairs, rounds),
			 "pairs_max", most(pairs, rounds), "bound",
			 *c->op == '<' ? "at most" : "at least", "value", c->bound, "holds", holds);
}

static void show(const struct list *list, const char *json_path, const char *machine)
{
	json_t *root = json_object(), *commands = json_array(), *claims = json_array();

	printf("\n%-34s %26s\n%-34s %8s %8s %8s %9s %8s %8s  %s\n", "", "CPU ns/event", "", "min",
	       "median", "max", "peak MiB", "wall s", "cpu s", "faster by");
	for (size_t i = 0; i < list->nr_commands; i++)
		json_array_append_new(commands, show_command(list, &list->commands[i]));
	printf("\n");
	for (size_t i = 0; i < list->nr_claims; i++)
		json_array_append_new(claims, show_claim(list, &list->claims[i]));
	json_object_set_new(root, "machine", json_string(machine));
	json_object_set_new(root, "commands", commands);
	json_object_set_new(root, "claims", claims);
	if (json_path && json_dump_file(root, json_path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		fail("%s: cannot write", json_path);
	json_decref(root);
}

/* Put counts, one "LABEL<tab>NUMBER" a line, into results that are there already. */
static void add_instructions(const char *path, const char *json_path)
{
	json_t *root = json_load_file(json_path, 0, NULL), *counts = json_object();
	FILE *f = fopen(path, "r");
	char *line = NULL, *at;
	size_t size = 0;

	if (!root || !f)
		fail("%s: cannot add instruction counts", json_path);
	while (getline(&line, &size, f) > 0) {
		char *label;

		at = line;
		label = field(&at, "\t");

		json_object_set_new(counts, label, json_integer(strtoll(field(&at, "\n"), NULL, 10)));
	}
	free(line);
	fclose(f);
	json_object_set_new(root, "instructions_per_event", counts);
	if (json_dump_file(root, json_path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		fail("%s: cannot write", json_path);
	json_decref(root);
}

__attribute__((noreturn)) static void usage(void)
{
	fail("usage: measure [-n ROUNDS] [-t SECONDS] [-j JSON] [-m MACHINE] LIST | -i COUNTS -j JSON");
}

int main(int argc, char **argv)
{
	static struct list list;
	const char *json_path = NULL, *counts = NULL, *machine = "";
	double limit = 1e9, begin = now();
	unsigned int rounds = 5;
	int opt;

	while ((opt = getopt(argc, argv, "n:t:j:m:i:")) != -1) {
		if (opt == 'n')
			rounds = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 't')
			limit = strtod(optarg, NULL);
		else if (opt == 'j')
			json_path = optarg;
		else if (opt == 'i')
			counts = optarg;
		else if (opt == 'm')
			machine = optarg;
		else
			usage();
	}
	if (counts && json_path) {
		add_instructions(counts, json_path);
		return 0;
	}
	if (argc - optind != 1 || !rounds || rounds > MAX_ROUNDS)
		usage();
	read_list(&list, argv[optind]);
	for (unsigned int round = 0; round < rounds && (!round || now() - begin < limit); round++)
		for (size_t i = 0; i < list.nr_commands; i++)
			run(&list.commands[i]);
	show(&list, json_path, machine);
	return 0;
}
