package dev.clgrad.backend;

import dev.clgrad.DeviceException;
import dev.clgrad.backend.BackendProvider.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outcome of choosing a device: the one chosen and, for each one passed over, why.
 *
 * <p>Policies: {@code auto} (the best there is: an OpenCL GPU, else another OpenCL device, else the
 * CPU), {@code cpu}, {@code opencl} (required: fails with the cause and the cure), {@code
 * opencl:<index>} and {@code name=<substring>} of the device's own name.
 *
 * @param policy what was asked for
 * @param chosen the device chosen
 * @param why why this one
 * @param passedOver every other device, and each family without one, with the reason
 */
public record Selection(
    String policy, DeviceRecord chosen, String why, List<PassedOver> passedOver) {
  private static final Logger LOG = LoggerFactory.getLogger(Selection.class);
  private static final List<BackendProvider> PROVIDERS = providers();

  /**
   * A device or a whole family that was not chosen.
   *
   * @param name the device's name, or the family's where it has none
   * @param device what is known of it; null for a family without a device
   * @param reason why it was not chosen
   */
  public record PassedOver(String name, @Nullable DeviceRecord device, String reason) {}

  /** A selection with the backend it chose, opened. */
  public record Opened(Selection selection, Backend backend) {}

  /**
   * The policy of this process: property {@code clgrad.device}, else environment {@code
   * CLGRAD_DEVICE}, else auto.
   */
  public static String configuredPolicy() {
    String property = System.getProperty("clgrad.device");
    if (property != null && !property.isBlank()) {
      return property.strip();
    }
    String environment = System.getenv("CLGRAD_DEVICE");
    return environment != null && !environment.isBlank() ? environment.strip() : "auto";
  }

  /**
   * Chooses a device and opens it. A device that fails to open is passed over under {@code auto}
   * and an error otherwise.
   *
   * @throws DeviceException if the policy is unknown or cannot be met; it lists the devices there
   *     are
   */
  public static Opened open(String policy) {
    List<Candidate> all = candidates(policy);
    List<PassedOver> passed = new ArrayList<>();
    List<Candidate> wanted = matching(policy, all, passed);
    for (Candidate candidate : wanted) {
      if (candidate.obstacle() != null) {
        continue;
      }
      Backend backend;
      try {
        backend = candidate.open().get();
      } catch (DeviceException e) {
        if (!policy.equals("auto")) {
          throw e;
        }
        passed.add(passed(candidate, "it failed to open: " + e.getMessage()));
        continue;
      }
      Selection selection = describe(policy, candidate, all, passed);
      LOG.info("{}", selection);
      return new Opened(selection, backend);
    }
    throw unavailable(policy, wanted, passed);
  }

  /**
   * What {@link #open} would choose, without opening it.
   *
   * @throws DeviceException as {@code open}
   */
  public static Selection of(String policy) {
    List<Candidate> all = candidates(policy);
    List<PassedOver> passed = new ArrayList<>();
    List<Candidate> wanted = matching(policy, all, passed);
    for (Candidate candidate : wanted) {
      if (candidate.obstacle() == null) {
        return describe(policy, candidate, all, passed);
      }
    }
    throw unavailable(policy, wanted, passed);
  }

  private static List<Candidate> matching(
      String policy, List<Candidate> all, List<PassedOver> passed) {
    for (BackendProvider provider : PROVIDERS) {
      String absence = isLookedAt(provider, policy) ? provider.absence() : null;
      if (absence != null) {
        passed.add(new PassedOver(provider.family(), null, absence));
      }
    }
    if (policy.equals("auto")) {
      return all;
    }
    List<Candidate> wanted = new ArrayList<>();
    boolean known = PROVIDERS.stream().anyMatch(p -> p.family().equals(policy));
    for (Candidate candidate : all) {
      DeviceRecord device = candidate.device();
      boolean match =
          policy.startsWith("name=")
              ? device
                  .device()
                  .toLowerCase(Locale.ROOT)
                  .contains(policy.substring(5).toLowerCase(Locale.ROOT))
              : device.name().equals(policy) || device.name().startsWith(policy + ":");
      if (match) {
        wanted.add(candidate);
      }
    }
    if (wanted.isEmpty() && !known) {
      throw new DeviceException(
          "no device \""
              + policy
              + "\"; there are "
              + names(candidates("auto"))
              + reasons(passed)
              + "; use auto, cpu, opencl, opencl:<index> or name=<part of a device's name>");
    }
    return wanted;
  }

  private static Selection describe(
      String policy, Candidate chosen, List<Candidate> all, List<PassedOver> passed) {
    for (BackendProvider provider : PROVIDERS) {
      if (!isLookedAt(provider, policy)) {
        passed.add(new PassedOver(provider.family(), null, "the policy asks for " + policy));
      }
    }
    for (Candidate candidate : all) {
      if (!candidate.device().name().equals(chosen.device().name())
          && passed.stream().noneMatch(p -> p.name().equals(candidate.device().name()))) {
        String obstacle = candidate.obstacle();
        passed.add(
            passed(
                candidate,
                obstacle != null
                    ? obstacle
                    : policy.equals("auto")
                        ? "comes after " + chosen.device().name() + " in the order of preference"
                        : "the policy asks for " + policy));
      }
    }
    String why =
        policy.equals("auto")
            ? "the first usable one in the order of preference"
            : "asked for by " + policy;
    return new Selection(policy, chosen.device(), why, List.copyOf(passed));
  }

  private static DeviceException unavailable(
      String policy, List<Candidate> wanted, List<PassedOver> passed) {
    StringBuilder text = new StringBuilder("device \"" + policy + "\" cannot be had");
    for (Candidate candidate : wanted) {
      text.append("; ").append(candidate.device().name()).append(": ").append(candidate.obstacle());
    }
    text.append(reasons(passed));
    return new DeviceException(text.append("; device \"cpu\" always works").toString());
  }

  private static PassedOver passed(Candidate candidate, String reason) {
    return new PassedOver(candidate.device().name(), candidate.device(), reason);
  }

  private static String names(List<Candidate> all) {
    StringBuilder text = new StringBuilder();
    for (Candidate candidate : all) {
      text.append(text.length() == 0 ? "" : ", ");
      text.append(candidate.device().name())
          .append(" (")
          .append(candidate.device().device())
          .append(")");
    }
    return text.toString();
  }

  private static String reasons(List<PassedOver> passed) {
    StringBuilder text = new StringBuilder();
    for (PassedOver p : passed) {
      text.append("; ").append(p.name()).append(": ").append(p.reason());
    }
    return text.toString();
  }

  /**
   * Whether a policy needs to know what a provider has: not where it names another family, for to
   * ask a driver for its devices takes longer than a small program.
   */
  private static boolean isLookedAt(BackendProvider provider, String policy) {
    int colon = policy.indexOf(':');
    String family = colon < 0 ? policy : policy.substring(0, colon);
    boolean named = PROVIDERS.stream().anyMatch(p -> p.family().equals(family));
    return !named || provider.family().equals(family);
  }

  /** Every device that a policy may mean, best first: by family, then GPUs, then as given. */
  private static List<Candidate> candidates(String policy) {
    List<Candidate> all = new ArrayList<>();
    for (BackendProvider provider : PROVIDERS) {
      if (isLookedAt(provider, policy)) {
        List<Candidate> found = new ArrayList<>(provider.candidates());
        found.sort(Comparator.comparing((Candidate c) -> !c.device().type().equals("GPU")));
        all.addAll(found);
      }
    }
    return all;
  }

  private static List<BackendProvider> providers() {
    List<BackendProvider> found = new ArrayList<>();
    for (BackendProvider provider :
        ServiceLoader.load(BackendProvider.class, Selection.class.getClassLoader())) {
      found.add(provider);
    }
    found.sort(Comparator.comparingInt(BackendProvider::priority).reversed());
    return List.copyOf(found);
  }

  /** The one line that is logged: the device, why, and what was passed over. */
  @Override
  public String toString() {
    return "device "
        + chosen.name()
        + " ("
        + chosen.device()
        + "), "
        + why
        + (passedOver.isEmpty() ? "" : "; passed over" + reasons(passedOver).substring(1));
  }
}
