/*
 * All kinds of sites in one small file. Every function takes one number in rdi, uses integer instructions only and
 * returns, so a core can run any of them; its result depends on which keys are on. Built by build.sh.
 */
#include "static_key.h"

typedef unsigned long u64;

struct static_key stats_key = KEY_OFF;         /* six sites in five functions */
struct static_key trace_keys[3];               /* in bss; no symbol of their own but the first */
struct static_key verify_key = KEY_ON;         /* on: no-ops with branch 1 */
struct static_key legacy_key = KEY_ON;         /* on, but expected off: jumps with branch 0 */
static struct static_key quota_key = KEY_OFF;  /* off, but expected on: jumps with branch 1 */

volatile u64 packets, bytes_seen, dropped;

static const unsigned int folds[4] = { 0x1b873593, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f };

/* The first instruction of the function is a site. */
NOINLINE u64 checksum(u64 word)
{
	if (OFF_NOP5(&stats_key))
		packets++;
	word ^= word >> 33;
	word *= folds[word & 3];
	return word ^ word >> 29;
}

/* Two sites 2 bytes apart, in a loop. */
NOINLINE u64 scramble(u64 word)
{
	for (u64 round = 0; round < 4; round++) {
		if (OFF_NOP2(&trace_keys[0]))
			word += round;
		if (OFF_NOP2(&trace_keys[1]))
			word = ~word;
		word = word << 13 | word >> 51;
	}
	return word;
}

NOINLINE u64 accept(u64 length)
{
	if (ON_NOP5(&verify_key))
		bytes_seen += length;
	if (ON_JMP8(&legacy_key))
		length += 14;
	return ON_NOP2(&verify_key) ? length : length + 1;
}

NOINLINE u64 charge(u64 length)
{
	if (OFF_JMP32(&quota_key) && length > 1500) {
		dropped++;
		return 0;
	}
	return OFF_JMP8(&quota_key) ? length - 1 : length;
}

NOINLINE u64 legacy_header(u64 length)
{
	if (ON_JMP32(&legacy_key))
		return length + packets;
	return length;
}

/* The first site begins 2 bytes before the end of a cache line, so it crosses the line. */
NOINLINE u64 straddle(u64 word)
{
	asm volatile(".balign 64; .nops 62");
	if (OFF_NOP5(&stats_key))
		word ^= 0x55;
	if (OFF_NOP5(&trace_keys[2]))
		word ^= 0xaa;
	return word;
}

/* Two sites of one key, of different kinds, back to back. */
NOINLINE u64 chained(u64 word)
{
	if (OFF_NOP2(&stats_key))
		word += 3;
	if (OFF_NOP5(&stats_key))
		word += 5;
	return word;
}

static u64 (*const stages[])(u64) = { checksum, scramble, accept, charge, legacy_header, straddle, chained };

/* All of it: direct and indirect calls, and a result that tells every combination of keys apart from most others. */
NOINLINE u64 pipeline(u64 word)
{
	for (u64 stage = 0; stage < sizeof(stages) / sizeof(*stages); stage++)
		word = stages[stage](word);
	if (OFF_NOP2(&stats_key))
		bytes_seen += word;
	return checksum(word);
}

/* Never patched: the kernel frees this section after boot. */
__attribute__((section(".init.text"))) NOINLINE u64 boot_only(u64 word)
{
	if (OFF_NOP5(&stats_key))
		word++;
	return word;
}
