/*
 * One key with more sites than the kernel's patch vector has entries (256), so that enabling it takes two batches.
 * Built by build.sh.
 */
#include "static_key.h"

struct static_key flood_key = KEY_OFF;         /* 300 sites: 75 functions of four */

#define FUNCTION(name)                                                         \
	NOINLINE unsigned long name(unsigned long x)                           \
	{                                                                      \
		if (OFF_NOP5(&flood_key))                                      \
			x += 1;                                                \
		if (OFF_NOP2(&flood_key))                                      \
			x ^= 2;                                                \
		if (OFF_NOP5(&flood_key))                                      \
			x += 4;                                                \
		if (OFF_NOP2(&flood_key))                                      \
			x ^= 8;                                                \
		return x;                                                      \
	}

#define FIVE(name) FUNCTION(name##0) FUNCTION(name##1) FUNCTION(name##2) FUNCTION(name##3) FUNCTION(name##4)
#define TWENTY_FIVE(name) FIVE(name##0) FIVE(name##1) FIVE(name##2) FIVE(name##3) FIVE(name##4)

TWENTY_FIVE(first_)
TWENTY_FIVE(second_)
TWENTY_FIVE(third_)
