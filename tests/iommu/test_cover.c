// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands that cover a range on each IOMMU, against the kernel's own loops. */
#include "test_util.h"
#include "iommu/cover.h"

static struct ir_cover cover(const char *name, uint64_t first, uint64_t pages, bool shadowed)
{
	return ir_iommu_find(name)->cover(first, first + pages - 1, shadowed);
}

static void assert_cover(struct ir_cover c, uint64_t commands, enum ir_invalidation_kind kind,
			 uint64_t first, uint64_t last)
{
	assert_int_equal(c.commands, commands);
	assert_int_equal(c.kind, kind);
	assert_int_equal(c.first, first);
	assert_int_equal(c.last, last);
}

static void test_vtd(void **state)
{
	(void)state;
	assert_cover(cover("vtd", 7, 1, true), 1, IR_INVALIDATION_PAGE, 7, 7);
	assert_cover(cover("vtd", 32, 17, true), 1, IR_INVALIDATION_PAGE, 32, 63);
	assert_cover(cover("vtd", 7, 2, true), 1, IR_INVALIDATION_PAGE, 0, 15);
	assert_cover(cover("vtd", 0, 1 << 18, true), 1, IR_INVALIDATION_PAGE, 0, (1 << 18) - 1);
	assert_int_equal(cover("vtd", 0, (1 << 18) + 1, true).kind, IR_INVALIDATION_DOMAIN);
}

/* calculate_psi_aligned_address(), drivers/iommu/intel/cache.c, Linux 6.12 */
static void test_vtd_as_the_kernel(void **state)
{
	(void)state;
	for (uint64_t pfn = 1; pfn < 300; pfn++) {
		for (uint64_t pages = 1; pages < 130; pages++) {
			struct ir_cover c = cover("vtd", pfn, pages, true);
			uint64_t mask = 0, end = pfn + pages - 1;

			while (UINT64_C(1) << mask < pages)
				mask++;
			while (pfn >> mask != end >> mask)
				mask++;
			assert_int_equal(c.first, pfn >> mask << mask);
			assert_int_equal(c.last, c.first + (UINT64_C(1) << mask) - 1);
		}
	}
}

static void test_amd(void **state)
{
	(void)state;
	assert_cover(cover("amd", 32, 17, false), 1, IR_INVALIDATION_PAGE, 32, 63);
	assert_cover(cover("amd", 32, 17, true), 2, IR_INVALIDATION_PAGE, 32, 48);
	assert_cover(cover("amd", 1, 15, true), 4, IR_INVALIDATION_PAGE, 1, 15);
}

static void test_smmuv3(void **state)
{
	(void)state;
	assert_cover(cover("smmuv3", 64, 31, false), 1, IR_INVALIDATION_RANGE, 64, 94);
	assert_cover(cover("smmuv3", 64, 33, false), 2, IR_INVALIDATION_RANGE, 64, 96);
	assert_cover(cover("smmuv3", 0, 0x1f00, false), 1, IR_INVALIDATION_RANGE, 0, 0x1eff);
	assert_int_equal(cover("smmuv3", 0, 0xfffff, false).commands, 4);
}

static void test_smmuv3_granule(void **state)
{
	(void)state;
	assert_cover(cover("smmuv3-granule", 64, 31, false), 31, IR_INVALIDATION_PAGE, 64, 94);
}

static void test_s390_and_virtio(void **state)
{
	(void)state;
	assert_cover(cover("s390", 5, 3, true), 1, IR_INVALIDATION_RANGE, 5, 7);
	assert_int_equal(cover("virtio", 5, 3, true).commands, 0);
}

/* Leaves and calls of map_pages, as iommu_pgsize() has them. */
static void test_pieces(void **state)
{
	(void)state;
	assert_int_equal(ir_pow2_pieces(0, 15), 1);
	assert_int_equal(ir_pow2_pieces(1, 15), 4);
	assert_int_equal(ir_pow2_pieces(8, 8), 1);
	assert_int_equal(ir_leaf_first(32, 2, 16), 2);
	assert_int_equal(ir_leaf_first(32, 64, 17), 16);
	assert_int_equal(ir_leaf_first(0, 0, 4), 4);
	/* The addresses are never aligned alike: all pages of one size at once. */
	assert_int_equal(ir_map_requests(32, 1, 16), 1);
	assert_int_equal(ir_map_request(32, 2, 16), 16);
	/* Up to where the next larger size fits: 1, 2, 4 and 8 pages. */
	assert_int_equal(ir_map_requests(1, 1, 15), 4);
	assert_int_equal(ir_map_request(1, 1, 15), 1);
	assert_int_equal(ir_map_requests(32, 32, 17), 2);
	for (uint64_t n = 1; n < 200; n++) {
		uint64_t sum = 0, size;

		for (uint64_t pfn = 5; sum < n; sum += size, pfn += size)
			size = ir_map_request(pfn, pfn + 64, n - sum);
		assert_int_equal(sum, n);
	}
}

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; ir_iommus[i]; i++)
		assert_ptr_equal(ir_iommu_find(ir_iommus[i]->name), ir_iommus[i]);
	assert_null(ir_iommu_find("vt-d"));
	assert_string_equal(ir_invalidation_kind_name(IR_INVALIDATION_DOMAIN), "domain");
	assert_string_equal(ir_invalidation_kind_name(IR_INVALIDATION_KINDS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vtd),
		cmocka_unit_test(test_vtd_as_the_kernel),
		cmocka_unit_test(test_amd),
		cmocka_unit_test(test_smmuv3),
		cmocka_unit_test(test_smmuv3_granule),
		cmocka_unit_test(test_s390_and_virtio),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
