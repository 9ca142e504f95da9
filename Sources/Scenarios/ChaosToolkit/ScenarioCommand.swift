import Chaos
import Evacuation
import MeshBase
import Topology

/// A command of this program as what it does: the one reading of such words in experiments, and the one writing of them.
///
/// What is written reads back as the same; what would not, no command says.
package struct ScenarioCommand: Sendable, Equatable {
    package var deed: ScenarioDeed
    /// How long, where it says so.
    package var length: TimeAmount?
    /// As an action's.
    package var stages: [Int]?
    /// As an action's.
    package var watch: TimeAmount?

    private init(_ deed: ScenarioDeed, for length: TimeAmount? = nil) {
        self.deed = deed
        self.length = length
    }

    // MARK: Writing

    /// The words of the command that does what an action does, but for when and how far apart; nil where none does exactly that.
    package static func words(for action: ScenarioAction) -> [String]? {
        var command = ScenarioCommand(action.deed, for: action.length)
        (command.stages, command.watch) = (action.stages, action.watch)
        guard let words = command.words, let back = try? ScenarioCommand(words), back == command else { return nil }
        return words
    }

    private var words: [String]? {
        let moves =
            (stages.map { ["--stages", $0.map(String.init).joined(separator: ",")] } ?? [])
            + (watch.map { ["--watch", Syntax.written($0)] } ?? [])
        switch deed {
        case .evacuate(let region): return ["evacuate", region, "--confirm", region] + moves
        case .restore(let region): return ["restore", region] + moves
        // A command ends the control plane, and none begins another one when a time is over.
        case .controlLoss, .load, .poison, .attempt, .call: return nil
        case .fault(let request): return words(of: request)
        }
    }

    private func words(of request: FaultRequest) -> [String]? {
        guard let kind = FaultKind(rawValue: request.kind) else { return nil }
        let lease = length.map { ["--for", Syntax.written($0)] } ?? []
        if kind == .kill || kind == .pause { return [request.kind] + request.targets + lease }
        var words = ["fault", "add", request.kind] + request.targets
        if let delay = request.delay { words += ["--delay", Syntax.written(delay)] }
        if let jitter = request.jitter { words += ["--jitter", Syntax.written(jitter)] }
        if let distribution = request.distribution { words += ["--distribution", distribution] }
        if let rate = request.rate { words += ["--rate", Syntax.percent(rate)] }
        if let bandwidth = request.bandwidth { words += ["--bandwidth", "\(bandwidth)B/s"] }
        if let status = request.status { words += ["--status", "\(status)"] }
        if let amount = request.amount { words += [kind == .flap ? "--period" : "--ahead", Syntax.written(amount)] }
        if let factor = request.factor { words += ["--factor", "\(Syntax.written(factor))x"] }
        if request.isOneWay { words.append("--one-way") }
        if request.keepsID { words.append("--keep-id") }
        return words + lease
    }

    // MARK: Reading

    /// - Throws: where it cannot be done, and why.
    /// - Returns: nil for a command that does nothing to a mesh.
    package init?(_ words: [String]) throws(FaultRequest.Refusal) {
        switch words.first {
        case "kill", "pause": try self.init(process: words[0], words.dropFirst())
        case "evacuate", "restore": try self.init(move: words[0], words.dropFirst())
        case "fault":
            guard words.count > 2, words[1] == "add" else { return nil }
            try self.init(fault: words[2], words.dropFirst(3))
        case "partition":
            let given = try CommandWords(words.dropFirst(), values: ["--for"], flags: ["--one-way"])
            var request = FaultRequest(kind: "partition", targets: Self.targets(given))
            request.isOneWay = given.has("--one-way")
            try self.init(request, given)
        default: return nil
        }
    }

    private init(_ request: FaultRequest, _ given: CommandWords) throws(FaultRequest.Refusal) {
        _ = try request.spec()
        self.init(.fault(request), for: try given.duration("--for"))
    }

    /// As commands take them: several may stand in one argument.
    private static func targets(_ given: CommandWords) -> [String] {
        given.plain.flatMap { $0.split(separator: ",").map(String.init) }
    }

    private init(process verb: String, _ words: some Sequence<String>) throws(FaultRequest.Refusal) {
        let given = try CommandWords(words, values: ["--for"], flags: ["--yes", "-y"])
        let targets = Self.targets(given)
        guard targets.contains(ProcessName.control.name) else {
            try self.init(FaultRequest(kind: verb, targets: targets), given)
            return
        }
        guard verb == "kill", targets.count == 1 else {
            throw FaultRequest.Refusal("the control plane is killed by itself, and not paused")
        }
        guard !given.has("--for") else {
            throw FaultRequest.Refusal("no command starts another control plane when a time is over: leave --for out")
        }
        self.init(.controlLoss)
    }

    private init(move verb: String, _ words: some Sequence<String>) throws(FaultRequest.Refusal) {
        let given = try CommandWords(
            words, values: verb == "evacuate" ? ["--confirm", "--stages", "--watch"] : ["--stages", "--watch"])
        guard given.plain.count == 1 else { throw FaultRequest.Refusal("'\(verb)' takes one region") }
        let region = try ScenarioDeed.region(given.plain[0])
        if verb == "evacuate" {
            guard let confirm = given.all("--confirm").first, try ScenarioDeed.region(confirm) == region else {
                throw FaultRequest.Refusal("'evacuate' has the region's name twice: --confirm \(given.plain[0])")
            }
        }
        self.init(verb == "evacuate" ? .evacuate(region) : .restore(region))
        if let text = given.all("--stages").first {
            do throws(EvacuationPlanFault) { stages = try EvacuationStages.percents(parsing: text) } catch {
                throw FaultRequest.Refusal(error.description)
            }
        }
        watch = try given.duration("--watch")
    }

    private init(fault kind: String, _ words: some Sequence<String>) throws(FaultRequest.Refusal) {
        let given = try CommandWords(
            words,
            values: [
                "--delay", "--jitter", "--distribution", "--rate", "--to", "--bandwidth", "--status", "--ahead",
                "--factor", "--period", "--for",
            ], flags: ["--one-way", "--keep-id"])
        guard kind == FaultKind.fillMemory.rawValue && !given.has("--rate") || !given.has("--to") else {
            throw FaultRequest.Refusal("--to is how much of its memory fill-memory holds")
        }
        var request = FaultRequest(kind: kind, targets: Self.targets(given))
        request.delay = try given.duration("--delay")
        request.jitter = try given.duration("--jitter")
        request.distribution = given.all("--distribution").first
        let (rate, held) = (try given.ratio("--rate"), try given.ratio("--to"))
        request.rate = rate ?? held
        request.bandwidth = try given.value("--bandwidth", "rate") { Syntax.bandwidth($0) }
        request.status = try given.integer("--status")
        let (ahead, period) = (try given.duration("--ahead"), try given.duration("--period"))
        request.amount = ahead ?? period
        request.factor = try given.value("--factor", "number of times") { Syntax.factor($0) }
        request.isOneWay = given.has("--one-way")
        request.keepsID = given.has("--keep-id")
        guard !(FaultKind(rawValue: kind)?.isSimulatedAlone ?? false) else {
            throw FaultRequest.Refusal("'\(kind)' is simulated alone")
        }
        try self.init(request, given)
    }
}
