import Chaos
import MeshBase
import Topology

/// What an action does to a mesh, whoever carries it out.
package enum ScenarioDeed: Sendable, Equatable {
    /// A fault, whose targets may be choices such as `cell/{busiest}`.
    case fault(FaultRequest)
    /// Ends the control plane; another one is started when the action is over.
    case controlLoss
    /// A region is left, or taken back.
    case evacuate(String)
    case restore(String)
    /// An evacuation is asked for that has to be refused; one that begins is taken back at once.
    case attempt(String)
    /// So many times the load's rate.
    case load(Double)
    /// A customer, by its number, begins to ask, whose requests end every cell that takes them; when the action is over the cells
    /// that went down start again.
    case poison(Int)
    /// A request or a program, which may do anything.
    case call(ScenarioCall)

    /// Parses `kill cell/{busiest}`, `latency service/payment 800ms`, `evacuate region/us-east`, `load 2x`, `poison c1`,
    /// `kill control`.
    package init(text: String) throws(FaultRequest.Refusal) {
        let words = text.split(separator: " ").map(String.init)
        switch words.first {
        case "evacuate", "restore":
            guard words.count == 2 else { throw FaultRequest.Refusal("write '\(words[0]) region/NAME'") }
            let region = try Self.region(words[1])
            self = words[0] == "evacuate" ? .evacuate(region) : .restore(region)
        case "attempt":
            guard words.count == 3, words[1] == "evacuate" else {
                throw FaultRequest.Refusal("write 'attempt evacuate region/NAME'")
            }
            self = .attempt(try Self.region(words[2]))
        case "load":
            guard words.count == 2, words[1].hasSuffix("x"), let factor = Syntax.decimal(words[1].dropLast()),
                factor > 0, factor <= 100
            else { throw FaultRequest.Refusal("write how many times the rate, such as 'load 2x', up to 100x") }
            self = .load(factor)
        case "poison":
            guard words.count == 2, words[1].hasPrefix("c"), let number = Int(words[1].dropFirst()), number > 0 else {
                throw FaultRequest.Refusal("write 'poison c1', a customer whom the topology names by 'poison'")
            }
            self = .poison(number)
        case "kill" where words.count == 2 && words[1] == "control": self = .controlLoss
        default:
            let request = try FaultRequest(text: text)
            guard request.lease == nil else {
                throw FaultRequest.Refusal("say how long with the key 'for' beside 'do'")
            }
            // The words are looked at without a topology: a choice is a name like any other here.
            _ = try request.spec()
            self = .fault(request)
        }
    }

    /// A region's word in full, of `region/NAME`, `NAME` and `region/{remote}`.
    static func region(_ word: String) throws(FaultRequest.Refusal) -> String {
        if TargetChoice.isMeant(word) {
            let choice: TargetChoice
            do throws(UnknownTarget) { choice = try TargetChoice(word) } catch {
                throw FaultRequest.Refusal(error.description)
            }
            guard choice.kind == .region else {
                throw FaultRequest.Refusal("'\(word.prefix(128))' chooses no region; write 'region/{remote}'")
            }
            return word
        }
        switch TargetSelector(text: word) {
        case .region(let name), .node(let name): return TargetSelector.region(name).text
        default: throw FaultRequest.Refusal("'\(word.prefix(128))' is no region; write 'region/NAME'")
        }
    }

    /// As it is written.
    package var text: String {
        switch self {
        case .fault(let request): request.text
        case .controlLoss: "kill control"
        case .evacuate(let region): "evacuate \(region)"
        case .restore(let region): "restore \(region)"
        case .attempt(let region): "attempt evacuate \(region)"
        case .load(let factor): "load \(Syntax.written(factor))x"
        case .poison(let number): "poison \(Customers.name(number))"
        case .call(let call): call.text
        }
    }

    /// The words for parts of the mesh in it.
    package var targets: [String] {
        switch self {
        case .fault(let request): request.targets
        case .controlLoss: ["control"]
        case .evacuate(let region), .restore(let region), .attempt(let region): [region]
        case .load, .poison, .call: []
        }
    }

    /// The same, of other words.
    package func of(_ targets: [String]) -> ScenarioDeed {
        switch self {
        case .fault(var request):
            request.targets = targets
            return .fault(request)
        case .evacuate: return .evacuate(targets[0])
        case .restore: return .restore(targets[0])
        case .attempt: return .attempt(targets[0])
        case .controlLoss, .load, .poison, .call: return self
        }
    }

    /// The same, of targets in place of what its words leave to be chosen.
    ///
    /// - Parameter step: its number among the actions: what is random in one is no matter of the others.
    package func chosen(by chooser: TargetChooser, step: Int) throws(UnknownTarget) -> ScenarioDeed {
        var chooser = chooser.at(step: step)
        return of(try chooser.words(for: targets))
    }

    /// Whether it strikes what carries requests, so that somebody has to be exposed to it.
    package var injects: Bool {
        switch self {
        case .fault, .controlLoss, .evacuate, .poison, .call: true
        case .restore, .attempt, .load: false
        }
    }

    /// Whether it stops the control plane, or puts its clock wrong, and so the leases that it keeps: in virtual time alone.
    package var holdsControl: Bool {
        guard case .fault(let request) = self, let kind = FaultKind(rawValue: request.kind) else { return false }
        return (kind == .pause || kind.strikes(.clock))
            && request.targets.contains { TargetSelector(text: $0) == .control }
    }

    /// Why a mesh has not what it is about; nil where it has.
    package func refusal(in topology: MeshTopology) -> FaultRequest.Refusal? {
        switch self {
        case .poison(let number) where number > topology.customers.poison:
            return FaultRequest.Refusal(
                "\(Customers.name(number)) is no poison customer of '\(topology.name)': its topology says "
                    + "'customers: {poison: \(topology.customers.poison)}'")
        case .fault(let request) where request.kind == FaultKind.fillMemory.rawValue:
            return topology.blueprints.contains { $0.memory != nil } ? nil : FaultRequest.noMemory(topology)
        default: return nil
        }
    }

    /// Whether its targets may be struck one after the other: what lies between sides needs all of them.
    package var canSpread: Bool {
        guard case .fault(let request) = self, let spec = try? request.spec() else { return false }
        return spec.action.layer != .wire
    }

    /// Whether it leaves open whom it keeps from an answer, so that what is predicted of it is the most that may come.
    package var isUncertain: Bool {
        guard case .fault(let request) = self, let kind = FaultKind(rawValue: request.kind) else { return false }
        return kind == .flap || kind == .lie
    }

    /// Whether it ends or stops processes.
    package var stopsProcesses: Bool {
        guard case .fault(let request) = self, let kind = FaultKind(rawValue: request.kind) else { return false }
        return kind == .kill || kind == .pause
    }

    /// Whether it ends or stops processes, or cuts them off, so that routers are to tell that they are out.
    var takesOut: Bool {
        guard case .fault(let request) = self else { return false }
        return stopsProcesses || request.kind == FaultKind.partition.rawValue
    }

    /// Whether its end of a link is gone at once, which routers notice at once.
    var breaksLinks: Bool {
        guard case .fault(let request) = self else { return false }
        return request.kind == FaultKind.kill.rawValue
    }

    /// A topology of this repository that has what it is about.
    package var example: String? {
        switch self {
        case .poison: "topology/poison.yaml"
        case .fault(let request) where request.kind == FaultKind.fillMemory.rawValue: "topology/chain.yaml"
        default: nil
        }
    }

    /// Whether it lasts until somebody ends it, so that an action has to say for how long.
    package var lasts: Bool {
        switch self {
        case .fault, .controlLoss, .load, .poison: true
        case .evacuate, .restore, .attempt, .call: false
        }
    }
}

extension FaultRequest {
    /// In the written form, as far as its words make a fault.
    package var text: String { (try? spec().text) ?? ([kind] + targets).joined(separator: " ") }
}
