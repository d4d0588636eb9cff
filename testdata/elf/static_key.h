/*
 * Static keys in the form that the kernel's tools and poke-sim read: a site is one instruction in the text, plus one
 * entry of 16 bytes in the section __jump_table: two 32-bit distances, to the site and to the target, and a 64-bit one
 * to the key, each from its own field. Bit 0 of the key field is "branch": a jump stands here while the key is off.
 *
 * Each macro below is an expression that says whether the key is on. Its name says what stands at the site while the
 * key has its initial value, and which value that must be.
 */
struct static_key {
	int enabled;
	void *entries;
};

#define KEY_OFF { 0, 0 }
#define KEY_ON { 1, 0 }

asm(".macro static_site target, key, branch\n"
    "	.pushsection __jump_table, \"aw\"\n"
    "	.balign 8\n"
    "	.long 771b - .\n"
    "	.long \\target - .\n"
    "	.quad \\key + \\branch - .\n"
    "	.popsection\n"
    ".endm\n");

/* 1 where control arrives by the jump, 0 where it falls through. */
#define JUMPED(key, branch, instruction)                                       \
	({                                                                     \
		__label__ jumped;                                              \
		int arrived_by_jump = 0;                                       \
		asm goto("771: " instruction "\n"                              \
			 "	static_site %l[jumped], %c0, %c1"              \
			 : : "i"(key), "i"(branch) : : jumped);                \
		if (0) {                                                       \
jumped:                                                                        \
			arrived_by_jump = 1;                                   \
		}                                                              \
		arrived_by_jump;                                               \
	})

#define NOP2 ".byte 0x66, 0x90"
#define NOP5 ".byte 0x0f, 0x1f, 0x44, 0x00, 0x00"
#define JMP8 ".byte 0xeb, %l[jumped] - . - 1"
#define JMP32 ".byte 0xe9; .long %l[jumped] - . - 4"

#define OFF_NOP2(key) __builtin_expect(JUMPED(key, 0, NOP2), 0)
#define OFF_NOP5(key) __builtin_expect(JUMPED(key, 0, NOP5), 0)
#define ON_NOP2(key) (!JUMPED(key, 1, NOP2))
#define ON_NOP5(key) __builtin_expect(!JUMPED(key, 1, NOP5), 1)
#define ON_JMP8(key) JUMPED(key, 0, JMP8)
#define ON_JMP32(key) __builtin_expect(JUMPED(key, 0, JMP32), 0)
#define OFF_JMP8(key) (!JUMPED(key, 1, JMP8))
#define OFF_JMP32(key) __builtin_expect(!JUMPED(key, 1, JMP32), 1)

#define NOINLINE __attribute__((noinline))
