package dev.pokesim.emulator.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two who listen to one machine. */
class ObserverPairTest {
    private final List<String> told = new ArrayList<>();

    private MachineObserver observer(String name, boolean sees) {
        return (MachineObserver) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {MachineObserver.class}, (proxy, method, arguments) -> {
                    told.add(name + " " + method.getName());
                    return method.getReturnType() == boolean.class ? sees : null;
                });
    }

    @Test
    void bothAreToldOfEverythingTheFirstOneFirst() throws ReflectiveOperationException {
        ObserverPair pair = new ObserverPair(observer("first", false), observer("second", true));
        int methods = 0;
        for (Method method : MachineObserver.class.getMethods()) {
            told.clear();
            Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                Class<?> type = method.getParameterTypes()[i];
                arguments[i] = type == int.class
                        ? (Object) 1
                        : type == long.class ? (Object) 1L : type == boolean.class ? true : null;
            }
            Object seen = method.invoke(pair, arguments);
            assertEquals(List.of("first " + method.getName(), "second " + method.getName()), told);
            assertTrue(seen == null || seen.equals(true), method::toString); // one of them is enough
            methods++;
        }
        assertTrue(methods >= 14, () -> "only some of the methods");
    }
}
