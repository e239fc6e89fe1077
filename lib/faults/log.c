// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of the kernel's log: which driver's each is, and helpers for the drivers' formats. */
#include "faults/log.h"

#include <stdio.h>

static const struct ir_log_format *const formats[IR_LOG_FORMATS] = {
	&ir_log_amd,
	&ir_log_vtd,
	&ir_log_smmuv3,
	&ir_log_smmu,
	&ir_log_virtio,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "dmar_fault: 12 callbacks suppressed": lines that are missing from the log. */
static bool is_suppression(const struct ir_log_text *text, uint64_t *count)
{
	static const char words[] = " callbacks suppressed";
	const char *behind = ir_log_find(text, words), *end, *p;

	if (!behind)
		return false;
	for (p = end = behind - (sizeof(words) - 1); p > text->p && is_digit(p[-1]);)
		p--;
	if (p == end)
		return false;
	/* An int of the kernel has up to 10 digits. */
	for (*count = 0; p < end && *count < UINT64_C(1000000000); p++)
		*count = *count * 10 + (uint64_t)(*p - '0');
	return true;
}

/* Of those functions that print faults. */
static bool is_about_faults(const struct ir_log_text *text)
{
	static const char *const words[] = {
		"iommu", "dmar_fault", "arm_smmu",	/* also of amd_iommu and viommu */
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (ir_log_find(text, words[i]))
			return true;
	return false;
}

unsigned int ir_log_parse(struct ir_log_parser *parser, const struct ir_log_line *line,
			  struct ir_log_fault *faults)
{
	unsigned int n = 0;
	uint64_t count;

	if (is_suppression(&line->message, &count) && is_about_faults(&line->message)) {
		parser->suppressed += count;
		return 0;
	}
	for (unsigned int i = 0; i < IR_LOG_FORMATS; i++) {
		switch (formats[i]->line(&parser->state[i], line, &faults[n])) {
		case IR_LOG_FAULT:
			faults[n++].iommu = formats[i]->name;
			break;
		case IR_LOG_BAD:
			parser->bad++;
			break;
		case IR_LOG_TAKEN:
			parser->taken++;
			break;
		case IR_LOG_NOTHING:
			break;
		}
	}
	return n;
}

unsigned int ir_log_finish(struct ir_log_parser *parser, struct ir_log_fault *faults)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < IR_LOG_FORMATS; i++)
		while (formats[i]->finish && n < IR_LOG_FORMATS &&
		       formats[i]->finish(&parser->state[i], &faults[n]))
			faults[n++].iommu = formats[i]->name;
	return n;
}

const char *ir_log_hex(const char *p, const char *end, uint64_t *value)
{
	const char *start;

	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	for (*value = 0, start = p; p < end; p++) {
		char c = (char)(*p | 0x20);

		if (is_digit(*p))
			*value = *value << 4 | (uint64_t)(*p - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
		if (p - start == 16)
			return NULL;
	}
	return p == start ? NULL : p;
}

const char *ir_log_value(const struct ir_log_text *text, const char *key, uint64_t *value)
{
	const char *p = ir_log_find(text, key);

	p = p ? ir_log_hex(p, text->end, value) : NULL;
	/* A number that is followed by other characters was damaged. */
	return p && (p == text->end || !((*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' &&
								    (*p | 0x20) <= 'z'))) ? p : NULL;
}

bool ir_log_is_broken(const char *p, const char *end)
{
	return end - p > 1 && *p == ' ' && (is_digit(p[1]) || (p[1] >= 'a' && p[1] <= 'f') || p[1] == 'x');
}

bool ir_log_value_then(const struct ir_log_text *text, const char *key, uint64_t *value, const char *then)
{
	const char *p = ir_log_value(text, key, value);

	return p && ir_log_begins(&(struct ir_log_text){ p, text->end }, then);
}

const char *ir_log_pci(const char *p, const char *end, char device[64])
{
	uint64_t part[4] = { 0 };
	unsigned int n = 0, first;

	for (; n < 4; n++) {
		p = ir_log_hex(p, end, &part[n]);
		if (!p || p == end || (*p != ':' && *p != '.'))
			break;
		if (*p++ == '.') {
			n++;
			break;
		}
	}
	if (!p || n < 2 || n > 3 || p[-1] != '.')
		return NULL;
	p = ir_log_hex(p, end, &part[n]);
	first = n == 3;
	if (!p || part[0] > 0xffffffff || part[first] > 0xff || part[first + 1] > 0x1f ||
	    part[first + 2] > 7)
		return NULL;
	snprintf(device, 64, "%04x:%02x:%02x.%x", first ? (unsigned int)part[0] : 0,
		 (unsigned int)part[first], (unsigned int)part[first + 1],
		 (unsigned int)part[first + 2]);
	return p;
}

bool ir_log_begins(const struct ir_log_text *text, const char *words)
{
	size_t len = strlen(words);

	return (size_t)(text->end - text->p) >= len && !memcmp(text->p, words, len);
}
