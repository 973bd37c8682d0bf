/* SPDX-License-Identifier: MIT */
/*
 * GoogleTest runs all tests in one process: a listener makes each a case, writes its peak
 * into the XML report and fails the test that broke a limit.
 *
 *     c++ -g -I.. test_stack.cc -o test_stack -lgtest -pthread
 *     memprof run -- ./test_stack --gtest_output=xml
 */
#include <gtest/gtest.h>
#include <memprof/memprof.h>

#include "stack.h"

class measured : public testing::EmptyTestEventListener
{
	void OnTestStart(const testing::TestInfo &test) override
	{
		memprof_case_begin(test.test_suite_name(), test.name());
	}
	void OnTestEnd(const testing::TestInfo &test) override
	{
		if (memprof_limit_leaks("1 KiB"))
			ADD_FAILURE() << "an allocation site leaks more than 1 KiB";
		if (memprof_active())
			testing::Test::RecordProperty("peak_bytes",
						      std::to_string(memprof_peak_bytes()));
		memprof_case_end(test.test_suite_name(), test.name());
	}
};

TEST(stack, push)
{
	struct stack s = {};

	stack_push(&s, 1);
	EXPECT_EQ(stack_pop(&s), 1);
}

TEST(stack, clear)
{
	struct stack s = {};

	for (int i = 0; i < 1000; i++)
		stack_push(&s, i);
	stack_clear(&s);
	EXPECT_FALSE(memprof_limit_memory("64 KiB"));
}

int main(int argc, char **argv)
{
	testing::InitGoogleTest(&argc, argv);
	testing::UnitTest::GetInstance()->listeners().Append(new measured);
	return RUN_ALL_TESTS();
}
