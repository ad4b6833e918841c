package dev.clgrad.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callConstructor;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.clgrad.ClgradException;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Buffer;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the main classes to the seams of the design. */
final class ArchitectureTest {
  private static final String OPENCL = "dev.clgrad.backend.opencl..";
  private static final String CPU = "dev.clgrad.backend.cpu..";
  private static final String SIMD = "dev.clgrad.backend.cpu.simd..";

  private static final ArchRule JOCL_IN_ONE_PACKAGE =
      noClasses()
          .that(resideOutsideOfPackage(OPENCL))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.jocl..")
          .because("only the OpenCL backend knows the binding");

  private static final ArchRule VECTOR_API_IN_ONE_PACKAGE =
      noClasses()
          .that(resideOutsideOfPackage(SIMD))
          .should()
          .dependOnClassesThat(resideInAPackage("jdk.incubator..").or(resideInAPackage(SIMD)))
          .because("the incubator module may be missing: that package is loaded by reflection");

  private static final ArchRule NO_STANDARD_STREAMS =
      noClasses()
          .that(resideOutsideOfPackage("dev.clgrad.cli.."))
          .should(ACCESS_STANDARD_STREAMS)
          .because("the library logs and never prints");

  private static final ArchRule NO_OTHER_LOGGING =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAPackage("java.util.logging..").or(assignableTo(System.Logger.class)));

  private static final ArchRule NO_DEFAULT_LOCALE =
      noClasses()
          .should(
              callMethod(String.class, "format", String.class, Object[].class)
                  .or(callMethod(String.class, "formatted", Object[].class))
                  .or(callMethod(String.class, "toLowerCase"))
                  .or(callMethod(String.class, "toUpperCase")))
          .because("what clgrad prints does not change with the user's locale: give Locale.ROOT");

  private static final ArchRule NO_COLLECTION_ELSEWHERE =
      noClasses()
          .that(not(name("dev.clgrad.schedule.Collector")))
          .should(callMethod(System.class, "gc").or(callMethod(Runtime.class, "gc")))
          .because("collections are asked for under pressure, and counted");

  private static JavaClasses main;

  @BeforeAll
  static void readClasses() {
    main =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.clgrad");
    assertTrue(main.contain(ClgradException.class), "the main classes are not there");
    assertFalse(main.contain(ArchitectureTest.class), "test classes count as main classes");
  }

  @Test
  void layersKnowOnlyWhatStandsBelow() {
    classes().should(knowOnlyLayersBelow()).check(main);
  }

  @Test
  void noCyclesBetweenPackages() {
    slices().assignedFrom(new Slices()).should().beFreeOfCycles().check(main);
  }

  @Test
  void joclStaysInTheOpenClBackend() {
    JOCL_IN_ONE_PACKAGE.check(main);
  }

  @Test
  void vectorApiStaysInTheSimdPackage() {
    VECTOR_API_IN_ONE_PACKAGE.check(main);
  }

  @Test
  void backendsAreFoundAndNotNamed() {
    noClasses()
        .that(resideOutsideOfPackage(OPENCL))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(OPENCL)
        .check(main);
    noClasses()
        .that(resideOutsideOfPackage(CPU))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(CPU)
        .check(main);
  }

  @Test
  void programsUseThePublicApi() {
    noClasses()
        .that(resideInAPackage("dev.clgrad.cli..").or(resideInAPackage("dev.clgrad.examples..")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.clgrad.op..", "dev.clgrad.tape..", "dev.clgrad.schedule..")
        .check(main);
  }

  @Test
  void onlyTheCommandLinePrints() {
    NO_STANDARD_STREAMS.check(main);
  }

  @Test
  void logsThroughSlf4jAlone() {
    NO_OTHER_LOGGING.check(main);
    noClasses()
        .that(resideOutsideOfPackage("dev.clgrad.cli.."))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ch.qos.logback..")
        .check(main);
  }

  @Test
  void dependenciesOfTheCommandLineStayInIt() {
    noClasses()
        .that(resideOutsideOfPackage("dev.clgrad.cli.."))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "com.fasterxml.jackson..")
        .because("they are optional dependencies, missing where the library is used")
        .check(main);
  }

  /** Never a collection on a timer, never a free from a thread in the middle of the queue. */
  @Test
  void memoryIsCollectedAndFreedInOnePlace() {
    NO_COLLECTION_ELSEWHERE.check(main);
    noClasses()
        .that(not(name("dev.clgrad.schedule.Pool")))
        .should(callMethod(Backend.class, "free", Buffer.class))
        .check(main);
    noClasses()
        .that(resideInAPackage("dev.clgrad.schedule.."))
        .should()
        .dependOnClassesThat(
            assignableTo(Thread.class)
                .and(not(name(Thread.class.getName())))
                .or(assignableTo(Cleaner.class))
                .or(assignableTo(Timer.class))
                .or(assignableTo(Executor.class)))
        .orShould(callConstructor(Thread.class, Runnable.class))
        .check(main);
  }

  @Test
  void formatsInTheRootLocale() {
    NO_DEFAULT_LOCALE.check(main);
  }

  @Test
  void errorsAreOfOneHierarchy() {
    classes()
        .that()
        .haveSimpleNameEndingWith("Exception")
        .should()
        .beAssignableTo(ClgradException.class)
        .check(main);
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked = new ArrayList<>();
    JavaPackage root = main.getPackage("dev.clgrad");
    List<JavaPackage> packages = new ArrayList<>(root.getSubpackagesInTree());
    packages.add(root);
    for (JavaPackage each : packages) {
      boolean empty = each.getClasses().isEmpty();
      if (!empty && !each.isAnnotatedWith(NullMarked.class)) {
        unmarked.add(each.getName());
      }
    }
    assertEquals(List.of(), unmarked, "packages without @NullMarked in a package-info.java");
  }

  @Test
  void theRulesCanFail() {
    JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
    for (ArchRule rule :
        List.of(
            JOCL_IN_ONE_PACKAGE,
            NO_STANDARD_STREAMS,
            NO_OTHER_LOGGING,
            NO_DEFAULT_LOCALE,
            NO_COLLECTION_ELSEWHERE)) {
      assertThrows(AssertionError.class, () -> rule.check(offender), rule.getDescription());
    }
    ArchRule layers = classes().should(knowOnlyLayersBelow());
    assertThrows(AssertionError.class, () -> layers.check(offender), "a package without a layer");
  }

  /** Layers are compared by what the byte code names: calls, fields, signatures, annotations. */
  private static ArchCondition<JavaClass> knowOnlyLayersBelow() {
    return new ArchCondition<>("know only their own layer and those below") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Optional<Layer> layer = Layer.of(type);
        if (layer.isEmpty()) {
          events.add(
              SimpleConditionEvent.violated(
                  type, type.getName() + " is in a package that has no layer: see " + Layer.class));
          return;
        }
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          JavaClass target = dependency.getTargetClass().getBaseComponentType();
          if (!target.getPackageName().startsWith("dev.clgrad")) {
            continue;
          }
          boolean below =
              Layer.of(target).map(other -> other.compareTo(layer.get()) <= 0).orElse(true);
          if (!below) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static final class Slices implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return type.getPackageName().startsWith("dev.clgrad")
          ? SliceIdentifier.of(Layer.slice(type))
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "packages under dev.clgrad, with the vocabulary apart from the public API";
    }
  }
}
