import Drills
import Sharding

/// What became of a run, of whatever kind: `report.json` of a report. What it claims has one of three classes, as
/// `DrillClaim` has them, and `ok` means that all of it was met.
package struct RunReport: Codable, Sendable, Equatable {
    /// What was run.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case load, evacuation, restore, cells, drill, lab, gameday, monkey
    }

    /// How it ended; the gravest counts, the last case of this order.
    package enum Outcome: String, Codable, Sendable, CaseIterable {
        /// Nothing was claimed.
        case observed
        /// All that was claimed was met.
        case passed
        /// What was seen agrees with both.
        case inconclusive
        /// A claim was not met.
        case deviated
        /// Somebody ended it early.
        case interrupted
        /// The run itself failed, or was refused.
        case failed
    }

    /// One figure of a run.
    package struct Figure: Codable, Sendable, Equatable {
        /// What a figure counts.
        package enum Unit: String, Codable, Sendable {
            case count
            /// 0...1.
            case share
            case milliseconds = "ms"
            case perSecond = "per-second"
        }
        package var name: String
        /// Nil where it was not measured.
        @Nullable package var value: Double?
        package var unit: Unit

        package init(_ name: String, _ value: Double?, _ unit: Unit = .count) {
            self.name = name
            self.unit = unit
            self.value = value
        }

        /// As people read it.
        package var text: String {
            guard let value else { return "-" }
            return switch unit {
            case .count: Self.count(value)
            case .share: Wording.percent(value)
            case .milliseconds: Wording.time(milliseconds: value)
            case .perSecond: "\(Wording.fixed(value, value < 10 ? 1 : 0))/s"
            }
        }

        /// A number of things, or how many times as many: so exactly that 1.08 is told from a bound of 1.1.
        package static func count(_ value: Double) -> String {
            value == value.rounded() ? Wording.count(Int(min(max(value, -1e15), 1e15))) : Wording.fixed(value, 2)
        }
    }

    /// Customers: predicted beside observed.
    package struct Impact: Codable, Sendable, Equatable {
        /// Of all customers, as `blast-radius` predicts it.
        package var predicted: BlastRadiusReport
        /// As `blast-radius --actual` has it, with 20 customers that differ at most.
        package var observed: ObservedBlastRadius.Observed
        /// Each time that customers came to harm, in the order in which they began; absent where the feed was not there to
        /// tell, so that the last time alone is known.
        package var windows: [RunWindow]?
        /// Why nobody knows what customers got for some of the time, so that there may be more of each; absent where all was seen.
        package var unseen: String?
        /// Cells that were out for a moment soon after others, whose customers are in no window; absent where there are none.
        package var uncounted: [String]?

        /// Customers that are named, at most.
        package static let mostNamed = 20

        /// What is to be said of it in a sentence: which cells were out, who asked, and who fared otherwise.
        package var sentence: String {
            let out =
                RunWindow.out(observed.cells, impaired: observed.impaired).map { "out: \($0)" } ?? "no cell was out"
            let asked =
                "\(Wording.plural(observed.customers, "customer")) asked meanwhile"
            var fared = "each as predicted"
            if observed.different > 0 {
                fared = "\(Wording.count(observed.different)) otherwise than predicted"
            } else if observed.unexpected > 0 {
                fared = "requests of \(Wording.count(observed.unexpected)) ended otherwise than predicted"
            }
            let known = unseen == nil ? "\(out); \(asked), \(fared)" : "\(out); \(asked)"
            return [known, unseen.map { "not known: \($0)" }, uncounted.map(Self.told)].compactMap { $0 }
                .joined(separator: "; ")
        }

        private static func told(uncounted cells: [String]) -> String {
            "not counted customer by customer: \(cells.joined(separator: ", ")), out for less than "
                + "\(ImpactWindow.lasting / 1_000) s within \(ImpactWindow.recovery / 1_000) s of others"
        }

        /// A figure of what was seen, where not all was: none is not known.
        package func seen(_ count: Int) -> String {
            unseen == nil ? Wording.count(count) : count == 0 ? "-" : "\(Wording.count(count)) or more"
        }

        package init(
            predicted: BlastRadiusReport, observed: ObservedBlastRadius.Observed, windows: [RunWindow]? = nil
        ) {
            self.predicted = predicted
            self.windows = windows
            self.observed = observed
            self.observed.deviations = Array(observed.deviations.prefix(Self.mostNamed))
        }
    }

    /// Where it ran.
    package struct Environment: Codable, Sendable, Equatable {
        package var cores: Int
        /// `Linux 6.1.0 x86_64`.
        package var system: String
        /// Of this program.
        package var version: String
        /// Of the mesh; nil where there was none.
        @Nullable package var seed: UInt64?
        /// Of the topology, hexadecimal: equal digests are equal meshes.
        @Nullable package var topology: String?

        package init(cores: Int, system: String, version: String, seed: UInt64? = nil, topology: String? = nil) {
            self.cores = cores
            self.system = system
            self.version = version
            self.seed = seed
            self.topology = topology
        }
    }

    package var schema = ReportJSON.schema
    /// Its name among the kept ones.
    package var id: String
    package var kind: Kind
    /// What was run, in a few words.
    package var title: String
    @Nullable package var mesh: String?
    /// When it began and ended, RFC 3339.
    package var begun: String
    package var ended: String
    package var durationMilliseconds: Double
    package var outcome = Outcome.observed
    /// All that was claimed was met; nil where nothing was claimed.
    @Nullable package var ok: Bool?
    /// Whether more requests, or a quieter machine, would not change the outcome.
    package var conclusive = true
    /// Why it ended so, a sentence each.
    package var reasons: [String] = []
    /// The command that repeats it.
    package var command: String
    package var figures: [Figure] = []
    package var claims: [DrillClaim] = []
    /// Nil where no cell was out while somebody asked.
    @Nullable package var impact: Impact?
    /// What befell the mesh, each with its cause.
    package var incidents: [RunIncident] = []
    /// Services that fell, in the order in which they did; absent where none did.
    package var falls: [DrillFall]?
    /// How failures grew; absent where nobody looked from second to second.
    package var wave: FailureWave?
    /// What happened, in order.
    package var timeline: [RunMoment] = []
    /// Moments for which there was no room.
    package var left = 0
    @Nullable package var noise: RunNoise?
    @Nullable package var environment: Environment?

    package init(
        id: String, kind: Kind, title: String, mesh: String?, begun: String, ended: String,
        durationMilliseconds: Double, command: String
    ) {
        self.id = id
        self.kind = kind
        self.title = title
        self.begun = begun
        self.ended = ended
        self.durationMilliseconds = durationMilliseconds
        self.command = command
        self.mesh = mesh
        ok = nil
        impact = nil
        noise = nil
        environment = nil
    }

    private enum CodingKeys: String, CodingKey {
        case schema, id, kind, title, mesh, begun, ended
        case durationMilliseconds = "duration_ms"
        case outcome, ok, conclusive, reasons, command, figures, claims, impact, incidents, falls, wave, timeline, left,
            noise
        case environment
    }

    /// Takes what is claimed, and says by it how the run ended.
    package mutating func judge(_ claims: [DrillClaim]) {
        self.claims = claims
        guard !claims.isEmpty else { return }
        let broken = claims.filter { $0.verdict == .deviated }
        let open = claims.filter { $0.verdict == .undecided }
        ok = broken.isEmpty && open.isEmpty
        conclusive = open.isEmpty
        outcome = !broken.isEmpty ? .deviated : open.isEmpty ? .passed : .inconclusive
        reasons += broken.map { "\($0.name): \(Self.figure($0.observed, $0)), \(Self.doubt($0))" }
        reasons += open.map { claim in
            let more = claim.needed.map { "; \(Wording.count($0)) requests would decide" } ?? ""
            return "\(claim.name) is undecided: \(claim.detail ?? "what was seen agrees with both")\(more)"
        }
    }

    /// A figure of a claim as people read it.
    package static func figure(_ value: Double?, _ claim: DrillClaim) -> String {
        guard let value else { return "-" }
        return switch claim.class {
        case .count: Figure.count(value)
        case .share: Wording.percent(value)
        case .timing: Wording.time(milliseconds: value)
        }
    }

    /// Where the figure of a claim lies, as people read it.
    package static func range(_ claim: DrillClaim) -> String {
        guard let low = claim.low else { return "-" }
        if low == claim.high { return "exactly" }
        return claim.high.map { "\(figure(low, claim)) to \(figure($0, claim))" } ?? "\(figure(low, claim)) or more"
    }

    /// Where the figure of a claim that was not kept lies: of one that is exact what it was to be.
    private static func doubt(_ claim: DrillClaim) -> String {
        claim.low == claim.high && claim.class == .count ? "and was to be \(bound(claim))" : range(claim)
    }

    /// `<= 50 ms`.
    package static func bound(_ claim: DrillClaim) -> String {
        "\(claim.comparison.rawValue) \(figure(claim.bound, claim))"
    }
}
