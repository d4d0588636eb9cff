package dev.pokesim.patcher.junit;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.platform.commons.annotation.Testable;

/**
 * A patch sequence that no interleaving may break:
 *
 * <pre>{@code
 * @PatchTest
 * PatchSequence nopBecomesJump() {
 *     return PatchSequence.on(place).writeInt3().syncCores().writeTail().syncCores().writeFirstByte().syncCores();
 * }
 * }</pre>
 *
 * <p>The method has no parameters and returns a {@link dev.pokesim.patcher.sequence.PatchSequence}, whose places are one batch, or a
 * {@link dev.pokesim.patcher.sequence.PatchScenario}, which says itself how many cores, references and company it has. The test goes
 * through every state, and fails with a shortest interleaving that breaks the sequence.
 */
@Documented
@Testable
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface PatchTest {
    /** How many, 2 to 4096, with the patcher's; of a sequence only. */
    int cores() default 3;

    /** How far fetches may lag; each mode is a proof. */
    FetchMode[] fetch() default FetchMode.WINDOW;

    /** Whether each core has a reference count of its own, rather than all one; of a sequence only. */
    boolean perCoreRefs() default true;

    /** What else is going on; of a sequence only. */
    Company[] company() default {};

    /** The oracle that must be violated, by name: for a variant that has to fail. Empty: none may be. */
    String expect() default "";
}
