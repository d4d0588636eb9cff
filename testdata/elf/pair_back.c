/* Second half of pair.ko. Built by build.sh. */
#include "static_key.h"

struct static_key shared_key = KEY_OFF;
static struct static_key back_key = KEY_ON;

const unsigned int weights[8] = { 1, 3, 5, 7, 11, 13, 17, 19 };
unsigned long weighed;
unsigned long *last_use = &weighed;

static NOINLINE unsigned long step(unsigned long x)
{
	return ON_JMP32(&back_key) ? x - 1 : x;
}

NOINLINE unsigned long weigh(unsigned long x)
{
	if (OFF_NOP5(&shared_key))
		++*last_use;
	return step(x) + (OFF_NOP2(&shared_key) ? 7 : 0);
}

__attribute__((section(".init.text"))) NOINLINE unsigned long pair_init(unsigned long x)
{
	return OFF_NOP5(&shared_key) ? weigh(x) : x;
}
