import Drills
import MeshBase

/// An experiment on a mesh, as a file or this program says it, in the words of Chaos Toolkit: what is steady, what is done,
/// and what has to be kept. The same value runs on real processes and in virtual time.
package struct Scenario: Sendable, Equatable {
    /// As it is asked for, and in the ids of its reports: lower-case letters, digits and `-`.
    package var name: String
    /// What it shows, as a headline.
    package var title: String
    /// In a sentence or two; empty where nobody says.
    package var about = ""
    /// Of the load and of what is chosen at random; the mesh's where nil.
    package var seed: UInt64?
    /// What is asked of the mesh meanwhile.
    package var load = ScenarioLoad()
    /// How long the mesh is looked at before anything is done to it.
    package var baseline = ScenarioBaseline()
    /// What is steady before, meanwhile and afterwards.
    package var hypothesis: ScenarioHypothesis?
    /// What is done and looked at, in order; at least one action.
    package var method: [ScenarioStep]
    /// What has to be kept from the first action until the mesh has settled.
    package var objectives: [MeasureBound] = []
    /// The same in the words of k6.
    package var thresholds: [ScenarioThreshold] = []
    /// What its calls need and nobody is told.
    package var secrets: [SecretBook.Secret] = []
    /// Where one of these holds, all is taken back at once.
    package var abort: [AbortRule] = []
    /// What is done at the end, whatever happened, beside ending all that is still in force.
    package var rollbacks: [ScenarioAction] = []
    /// For how long it is announced before anything is done.
    package var notice = TimeAmount.zero
    /// How long the mesh has to become steady again.
    package var settle = TimeAmount.seconds(30)
    /// How long nothing is run after it, in a game day.
    package var coolDown = TimeAmount.zero
    /// When it may run; always where empty.
    package var schedule: [ScheduleWindow] = []

    /// Without a load of its own, a hypothesis or an objective.
    package init(name: String, title: String, method: [ScenarioStep]) {
        self.name = name
        self.title = title
        self.method = method
    }

    /// Its actions in order.
    package var actions: [ScenarioAction] {
        method.compactMap { if case .action(let action) = $0 { action } else { nil } }
    }

    /// Whatever it asks beside the mesh, in the order in which it is written.
    package var calls: [ScenarioCall] {
        var calls = hypothesis?.calls.map(\.call) ?? []
        for step in method {
            switch step {
            case .action(let action): if case .call(let call) = action.deed { calls.append(call) }
            case .look(let probe): calls.append(probe.call)
            case .probe: break
            }
        }
        for case .call(let call) in rollbacks.map(\.deed) { calls.append(call) }
        return calls
    }

    /// All looks at figures of the mesh: of the hypothesis, then of the method.
    package var probes: [ScenarioProbe] {
        (hypothesis?.probes ?? []) + method.compactMap { if case .probe(let probe) = $0 { probe } else { nil } }
    }

    /// The load that its probes bring along; nil where none does.
    package var probeLoad: ProbeCommand? { probes.lazy.compactMap(\.command).first }

    /// All that is held against a bound, in whatever part.
    package var measures: [Measure] {
        var all = probes.map(\.measure)
        all += objectives.map(\.measure)
        all += thresholds.map(\.bound.measure)
        all += abort.map(\.bound.measure)
        return all
    }

    /// Steps, probes, objectives or rollbacks at most.
    package static let most = 64
    /// The longest that all of it may last.
    package static let longest = TimeAmount.hours(24)

    /// A name made of any text: what is not allowed becomes a dash.
    package static func name(of text: String) -> String {
        var name = ""
        for byte in text.utf8.prefix(64) {
            switch byte {
            case 97...122, 48...57: name.append(Character(Unicode.Scalar(byte)))
            case 65...90: name.append(Character(Unicode.Scalar(byte + 32)))
            default: if !name.isEmpty, !name.hasSuffix("-") { name.append("-") }
            }
        }
        while name.hasSuffix("-") { name.removeLast() }
        return name.isEmpty ? "scenario" : name
    }
}

/// What is asked of a mesh while a scenario runs.
package struct ScenarioLoad: Sendable, Equatable {
    /// Requests a second, above 0.
    package var rate = 200.0
    /// Shares of reads, writes and services, which add up to 1.
    package var reads = 0.6
    /// See `reads`.
    package var writes = 0.3
    /// See `reads`.
    package var services = 0.1
    /// The one service that is called; nil: all that clients call.
    package var service: String?
    /// Shares of the priorities that are asked for, in the order of `Priority`, which add up to 1; nil: none is asked for.
    package var priorities: [Double]?
    /// Customers that ask; all where nil.
    package var customers: Int?
    /// Every acknowledged write is read back at the end.
    package var verifies = true
    /// Half of it comes through a router in the region that the method cuts off, and half through one outside of it; both ask
    /// for the same records.
    package var isTwoSided = false

    package init() {}

    /// Whether it is the same but for the last digit of shares, which are made to add up to 1 when they are read.
    package func asks(as other: ScenarioLoad) -> Bool {
        func shares(_ load: ScenarioLoad) -> [Double] {
            [load.reads, load.writes, load.services] + (load.priorities ?? [])
        }
        guard (priorities == nil) == (other.priorities == nil),
            zip(shares(self), shares(other)).allSatisfy({ abs($0 - $1) < 1e-9 })
        else { return false }
        var same = other
        (same.reads, same.writes, same.services, same.priorities) = (reads, writes, services, priorities)
        return self == same
    }

    /// Names of the shares of `mix`, in its order, and of `priorities`.
    package static let kinds = ["reads", "writes", "services"]
    /// See `kinds`.
    package static let classes = Priority.allCases.map { "\($0.name)" }

    /// As it is written: `reads=60%,writes=40%`; what has no share is left out.
    package var mixText: String { Self.text(Self.kinds, [reads, writes, services]) }
    /// The same of priorities; nil where none is asked for.
    package var prioritiesText: String? { priorities.map { Self.text(Self.classes, $0) } }

    private static func text(_ names: [String], _ shares: [Double]) -> String {
        zip(names, shares).filter { $0.1 > 0 }.map { "\($0.0)=\(Syntax.percent($0.1))" }.joined(separator: ",")
    }
}

/// How long the mesh is looked at before anything is done to it: for a time, and until so many requests were answered, for
/// four times as long at most.
package struct ScenarioBaseline: Sendable, Equatable {
    package var length = TimeAmount.seconds(5)
    package var requests: UInt64 = 0

    package init() {}

    /// The longest that is waited for the requests.
    package var longest: TimeAmount { length * 4 }
}

/// What is steady of a mesh.
package struct ScenarioHypothesis: Sendable, Equatable {
    /// In words.
    package var title: String
    /// Looks at figures of the mesh.
    package var probes: [ScenarioProbe]
    /// Looks at what is beside it.
    package var calls: [CallProbe] = []
    /// When it is looked at.
    package var strategy = Strategy.continuously
    /// Meanwhile, from one look to the next.
    package var frequency = TimeAmount.seconds(1)
    /// All is taken back once so large a share of the looks meanwhile, 0...1, found it not met; nil: never. With 0 the first does.
    package var failFast: Double?

    /// As Chaos Toolkit's strategies.
    package enum Strategy: String, Sendable, CaseIterable {
        case beforeMethod = "before-method-only"
        case afterMethod = "after-method-only"
        case duringMethod = "during-method-only"
        /// Before and after.
        case `default`
        /// Before, meanwhile and after.
        case continuously

        package var isBefore: Bool { self == .beforeMethod || self == .default || self == .continuously }
        package var isDuring: Bool { self == .duringMethod || self == .continuously }
        package var isAfter: Bool { self == .afterMethod || self == .default || self == .continuously }
    }

    package init(title: String, probes: [ScenarioProbe]) {
        self.title = title
        self.probes = probes
    }
}

/// When something may run: days of the week, and hours of a day in the machine's time.
package struct ScheduleWindow: Sendable, Equatable {
    /// 0 for Monday to 6 for Sunday.
    package var days: Set<Int>
    /// Minutes since midnight, the end not included.
    package var minutes: Range<Int>

    package init(days: Set<Int>, minutes: Range<Int>) {
        self.days = days
        self.minutes = minutes
    }

    /// Names of days, Monday first.
    package static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Parses `mon-fri`, `wednesday`, `mon,wed`; nil for anything else.
    package static func days(_ text: String) -> Set<Int>? {
        func day(_ word: Substring) -> Int? {
            let word = word.lowercased()
            return names.firstIndex { word == $0 || word.hasPrefix($0) && word.hasSuffix("day") && word.count <= 9 }
        }
        var days: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count), let first = day(ends[0]), let last = day(ends[ends.count - 1]) else {
                return nil
            }
            // `fri-mon` goes over the end of the week.
            var at = first
            days.insert(at)
            while at != last {
                at = (at + 1) % 7
                days.insert(at)
            }
        }
        return days.isEmpty ? nil : days
    }

    /// Parses `09-17` and `09:30-17:00`; nil for anything else, and for what ends before it begins.
    package static func minutes(_ text: String) -> Range<Int>? {
        func minute(_ word: Substring) -> Int? {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), parts.allSatisfy({ (1...2).contains($0.utf8.count) }),
                let hours = Int(parts[0]), let minutes = parts.count == 2 ? Int(parts[1]) : 0,
                (0...24).contains(hours), (0..<60).contains(minutes), hours * 60 + minutes <= 1_440
            else { return nil }
            return hours * 60 + minutes
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let from = minute(ends[0]), let to = minute(ends[1]), from < to else { return nil }
        return from..<to
    }

    /// - Parameters:
    ///   - day: 0 for Monday.
    ///   - minute: since midnight.
    package func contains(day: Int, minute: Int) -> Bool { days.contains(day) && minutes.contains(minute) }
}
