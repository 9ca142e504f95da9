import MeshBase
import Reports
import Topology

/// What others do while a scenario runs: faults that are none of its, processes that go out though no action of it has done anything to
/// them, and whoever ends what it has in force.
struct ScenarioOthers: Sendable {
    /// What the actions are foretold to do; nil where nobody says.
    private(set) var harm: ScenarioHarm?
    /// It runs programs, which may do anything.
    private(set) var runsPrograms = false
    /// Faults by id, and processes that went out by name, in words.
    private(set) var faults: [String: String] = [:]
    private(set) var strangers: [String: String] = [:]
    /// How what was done to processes, and faults, came to an end last, by name or id.
    private var ends: [String: (what: String, at: Instant)] = [:]
    /// Actions that somebody has ended before their time, in words, by their key.
    private(set) var ended: [Int: String] = [:]

    /// Events by which a fault, or what was done to a process, comes to an end.
    private static let endings: Set<String> = ["removed", "expired", "restart", "resume", "lease-ended"]
    /// Faults and processes that are told apart.
    private static let most = 256

    /// What is foretold of each action, by its position in the plan.
    mutating func foretell(_ harms: [Int: ScenarioHarm], _ plan: [ScenarioAction]) {
        runsPrograms = plan.contains { if case .call = $0.deed { true } else { false } }
        guard !harms.isEmpty else { return }
        harm = harms.values.reduce(into: ScenarioHarm()) { $0.formUnion($1) }
    }

    /// Faults are in force. One that is asked for twice, since nobody answered, is the action's own.
    ///
    /// - Parameter own: ids of the run's.
    mutating func take(_ seen: some Sequence<FeedFault>, own: Set<String>, _ plan: [ScenarioAction]) {
        for fault in seen where faults[fault.id] == nil && faults.count < Self.most && !own.contains(fault.id) {
            let isOwn = plan.contains { action in
                guard case .fault(let request) = action.deed else { return false }
                return request.kind == fault.kind
                    && (request.targets == fault.targets || (try? request.spec())?.targets.map(\.text) == fault.targets)
            }
            if !isOwn {
                faults[fault.id] = "\(fault.id) (\(fault.kind) \(fault.targets.joined(separator: " "))) was in force"
            }
        }
    }

    /// Something was done to a process, or to a fault.
    ///
    /// - Parameter isMeanwhile: from the first action until the mesh has settled.
    mutating func take(_ record: EventRecord, at: Instant, isMeanwhile: Bool) {
        guard record.type == "process" || record.type == "fault" else { return }
        let detail = record.attributes["detail"]?.text
        if Self.endings.contains(record.action), ends[record.id] != nil || ends.count < Self.most {
            ends[record.id] = (record.action + (detail.map { ", \($0)" } ?? ""), at)
        }
        guard record.type == "process", isMeanwhile, !runsPrograms, let harm, record.id != ProcessName.control.name,
            strangers[record.id] == nil, strangers.count < Self.most
        else { return }
        switch record.action {
        case "kill" where !harm.explainsEnd(of: record.id): strangers[record.id] = "was killed"
        case "pause" where !harm.explains(record.id): strangers[record.id] = "was paused"
        case "exited" where !harm.explainsEnd(of: record.id): strangers[record.id] = "ended by itself"
        default: break
        }
    }

    /// An action was ended before its time by somebody else.
    ///
    /// - Parameters:
    ///   - what: that was in force, in words.
    ///   - names: of the fault and of the processes that it was about.
    /// - Returns: how, in words.
    mutating func end(_ key: Int, _ what: String, named names: [String], since: Instant, of length: TimeAmount?)
        -> String
    {
        let word = names.compactMap { name in ends[name].map { (name: name, what: $0.what, at: $0.at) } }
            .filter { $0.at > since }
            .min { $0.at < $1.at }
        var text = "\(what) was ended by somebody else"
        if let word {
            text += " \(Wording.time(milliseconds: (word.at - since).milliseconds)) after it had begun"
        }
        if let length { text += ", and was to last \(Syntax.written(length))" }
        if let word { text += " (\(word.name): \(word.what))" }
        ended[key] = text
        return text
    }

    /// What is of no action, in words; nil where nothing is.
    ///
    /// - Parameter own: ids of the run's faults.
    func words(own: some Collection<String>) -> String? {
        let words =
            faults.filter { !own.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value)
            + strangers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return words.isEmpty ? nil : words.joined(separator: ", ") + ", which no step has done"
    }

    /// Of the cells that were out, those that no action explains: they went by themselves, or while a fault of somebody else's was in force.
    func cells(of out: Set<String>) -> Set<String> {
        guard let harm else { return [] }
        let strange = Set(strangers.keys)
        return faults.isEmpty || runsPrograms ? strange : strange.union(out.filter { !harm.explains($0) })
    }
}
