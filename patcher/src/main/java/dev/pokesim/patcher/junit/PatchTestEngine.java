package dev.pokesim.patcher.junit;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.discovery.MethodSelector;
import org.junit.platform.engine.discovery.UniqueIdSelector;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.engine.support.discovery.EngineDiscoveryRequestResolver;
import org.junit.platform.engine.support.discovery.SelectorResolver;
import org.junit.platform.engine.support.hierarchical.EngineExecutionContext;
import org.junit.platform.engine.support.hierarchical.HierarchicalTestEngine;
import org.junit.platform.engine.support.hierarchical.Node;

/** Finds and runs every {@link PatchTest}. JUnit loads it as a service. */
public final class PatchTestEngine extends HierarchicalTestEngine<EngineExecutionContext> {
    static final String ID = "poke-sim";

    private static final String CLASS = "class";
    private static final String METHOD = "method";
    private static final EngineDiscoveryRequestResolver<EngineDescriptor> RESOLVER =
            EngineDiscoveryRequestResolver.<EngineDescriptor>builder()
                    .addClassContainerSelectorResolver(type -> !patchTests(type).isEmpty())
                    .addSelectorResolver(context -> new Resolver(context.getClassNameFilter()))
                    .build();

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId id) {
        EngineDescriptor engine = new EngineDescriptor(id, "poke-sim");
        RESOLVER.resolve(request, engine);
        return engine;
    }

    @Override
    protected EngineExecutionContext createExecutionContext(ExecutionRequest request) {
        return new EngineExecutionContext() {};
    }

    private static List<Method> patchTests(Class<?> type) {
        return AnnotationSupport.findAnnotatedMethods(type, PatchTest.class, HierarchyTraversalMode.TOP_DOWN);
    }

    /** From what a user selects to classes and methods. */
    private record Resolver(Predicate<String> classNames) implements SelectorResolver {
        @Override
        public Resolution resolve(ClassSelector selector, Context context) {
            Class<?> type = selector.getJavaClass();
            if (!classNames.test(type.getName()) || patchTests(type).isEmpty()) {
                return Resolution.unresolved();
            }
            return context.addToParent(parent ->
                            Optional.of(new TestClass(parent.getUniqueId().append(CLASS, type.getName()), type)))
                    .map(found -> Match.exact(found, () -> methods(type)))
                    .map(Resolution::match)
                    .orElse(Resolution.unresolved());
        }

        private static Set<MethodSelector> methods(Class<?> type) {
            return patchTests(type).stream()
                    .map(method -> DiscoverySelectors.selectMethod(type, method))
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }

        @Override
        public Resolution resolve(MethodSelector selector, Context context) {
            Method method = selector.getJavaMethod();
            if (!method.isAnnotationPresent(PatchTest.class)) {
                return Resolution.unresolved();
            }
            return context.addToParent(
                            () -> DiscoverySelectors.selectClass(selector.getJavaClass()),
                            parent -> Optional.of(new Proof(
                                    parent.getUniqueId().append(METHOD, method.getName()),
                                    selector.getJavaClass(),
                                    method)))
                    .map(found -> Resolution.match(Match.exact(found)))
                    .orElse(Resolution.unresolved());
        }

        @Override
        public Resolution resolve(UniqueIdSelector selector, Context context) {
            UniqueId id = selector.getUniqueId();
            UniqueId.Segment last = id.getLastSegment();
            if (last.getType().equals(CLASS)) {
                return Resolution.selectors(Set.of(DiscoverySelectors.selectClass(last.getValue())));
            }
            if (last.getType().equals(METHOD)) {
                String type = id.removeLastSegment().getLastSegment().getValue();
                return Resolution.selectors(Set.of(DiscoverySelectors.selectMethod(type, last.getValue())));
            }
            return Resolution.unresolved();
        }
    }

    /** A class with patch tests. */
    private static final class TestClass extends AbstractTestDescriptor {
        TestClass(UniqueId id, Class<?> type) {
            super(id, type.getSimpleName(), ClassSource.from(type));
        }

        @Override
        public Type getType() {
            return Type.CONTAINER;
        }
    }

    /** One method. */
    private static final class Proof extends AbstractTestDescriptor implements Node<EngineExecutionContext> {
        private final Class<?> type;
        private final Method method;

        Proof(UniqueId id, Class<?> type, Method method) {
            super(id, method.getName() + "()", MethodSource.from(type, method));
            this.type = type;
            this.method = method;
        }

        @Override
        public Type getType() {
            return Type.TEST;
        }

        @Override
        public EngineExecutionContext execute(EngineExecutionContext context, DynamicTestExecutor executor)
                throws Exception {
            PatchTest test = method.getAnnotation(PatchTest.class);
            Object returned = ReflectionSupport.invokeMethod(method, ReflectionSupport.newInstance(type));
            PatchTestProof.of(method.getName(), returned, test).check();
            return context;
        }
    }
}
