/* A module that needs statickeys.elf as its kernel: a key and two functions of it. Built by build.sh. */
#include "static_key.h"

extern struct static_key stats_key, verify_key;
extern unsigned long checksum(unsigned long word);
extern volatile unsigned long packets;

NOINLINE unsigned long visit(unsigned long x)
{
	if (OFF_NOP5(&stats_key))
		x += packets;
	return ON_NOP2(&verify_key) ? checksum(x) : x;
}
