/* First half of pair.ko: code of this file, a key and a table of the other one. Built by build.sh. */
#include "static_key.h"

extern struct static_key shared_key;
extern const unsigned int weights[8];
extern unsigned long weigh(unsigned long x);

static struct static_key front_key = KEY_ON;

/* The name exists in both files, with another meaning. */
static NOINLINE unsigned long step(unsigned long x)
{
	return OFF_NOP5(&shared_key) ? x * 3 : x + 1;
}

NOINLINE unsigned long front(unsigned long x)
{
	if (ON_NOP5(&front_key))
		x += weights[x & 7];
	if (OFF_NOP2(&shared_key))
		x = weigh(x);
	return step(x);
}
