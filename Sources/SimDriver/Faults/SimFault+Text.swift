import Chaos
import MeshBase
import Topology

/// The written form of plans, one line each: a fault as everywhere (see `FaultSpec`), when, and for how long. What is written
/// reads back as the same.
///
///     kill us-east-1 @5s for 2s            restart us-east-1 @7s            resume router/r1 @7s
///     partition region/us-east <> mesh @5s for 10s
///     latency service/payment 800ms 100ms @5s for 20s
///     evacuate us-east @5s                 restore REGION    abort             move c12 0,4,8    unmove c12
///     evacuate-with-loss REGION @5s        give-up c12
///     add-cell us-east @5s                 drain us-east-1
extension SimFault: CustomStringConvertible {
    package var description: String {
        var words: [String]
        switch action {
        case .fault: words = [spec?.text ?? ""]
        case .restart: words = ["restart", targets[0].text]
        case .resume: words = ["resume", targets[0].text]
        case .operate(let move): words = move.words
        }
        words.append("@" + Self.written(at))
        if let length { words += ["for", Self.written(length)] }
        return words.joined(separator: " ")
    }

    /// Parses the written form; nil for anything else. Whether the names exist is not asked.
    package init?(_ text: String) { try? self.init(text: text) }

    /// The same, with what is wrong.
    package init(text: String) throws(FaultRequest.Refusal) {
        var words = text.split(separator: " ").map(String.init)
        var length: TimeAmount?
        if let place = words.firstIndex(of: "for") {
            guard place + 1 < words.count, let amount = Syntax.duration(words[place + 1]) else {
                throw FaultRequest.Refusal("'for' is followed by how long, such as 20s")
            }
            length = amount
            words.removeSubrange(place...(place + 1))
            guard !words.contains("for") else { throw FaultRequest.Refusal("'for' is said twice") }
        }
        guard let last = words.popLast(), last.hasPrefix("@"), let at = Syntax.duration(String(last.dropFirst())) else {
            throw FaultRequest.Refusal("'\(text.prefix(128))' does not say when: '@5s' is 5 s after the load begins")
        }
        if words.count == 2, words[0] == "restart" || words[0] == "resume" {
            let word = words[1]
            guard let target = TargetChoice.isMeant(word) ? .node(word) : TargetSelector(text: word),
                !target.isService
            else { throw FaultRequest.Refusal("'\(word.prefix(128))' is no process") }
            try Self.refuse(length, of: words[0])
            self.init(at: at, words[0] == "restart" ? .restart : .resume, on: [target])
        } else if let verb = words.first, let move = SimMove(verb, Array(words.dropFirst())) {
            try Self.refuse(length, of: verb)
            self.init(at: at, .operate(move), Simulation.controlName, for: length)
        } else {
            self.init(at: at, try FaultRequest(text: words.joined(separator: " ")).spec(), for: length)
        }
    }

    /// What only begins something lasts no time.
    private static func refuse(_ length: TimeAmount?, of verb: String) throws(FaultRequest.Refusal) {
        guard length == nil else { throw FaultRequest.Refusal("'for' goes with faults: '\(verb)' does not last") }
    }

    /// In the largest unit that leaves a whole number.
    static func written(_ amount: TimeAmount) -> String { amount == .zero ? "0s" : Syntax.written(amount) }
}

extension SimMove {
    var words: [String] {
        switch self {
        case .evacuate(let region): ["evacuate", region]
        case .evacuateWithLoss(let region): ["evacuate-with-loss", region]
        case .restore(let region): ["restore", region]
        case .abort: ["abort"]
        case .add(let region): ["add-cell", region]
        case .drain(let cell): ["drain", cell]
        case .customer(let number, let cells): ["move", "c\(number)", cells.map(String.init).joined(separator: ",")]
        case .home(let number): ["unmove", "c\(number)"]
        case .giveUp(let number): ["give-up", "c\(number)"]
        }
    }

    init?(_ verb: String, _ words: [String]) {
        func number(_ word: String) -> Int? { word.hasPrefix("c") ? Int(word.dropFirst()) : nil }
        switch (verb, words.count) {
        case ("evacuate", 1): self = .evacuate(words[0])
        case ("evacuate-with-loss", 1): self = .evacuateWithLoss(words[0])
        case ("give-up", 1):
            guard let number = number(words[0]) else { return nil }
            self = .giveUp(number)
        case ("restore", 1): self = .restore(words[0])
        case ("abort", 0): self = .abort
        case ("add-cell", 1): self = .add(words[0])
        case ("drain", 1): self = .drain(TargetSelector.name(in: words[0], of: .cell))
        case ("unmove", 1):
            guard let number = number(words[0]) else { return nil }
            self = .home(number)
        case ("move", 2):
            let cells = words[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard let number = number(words[0]), cells.allSatisfy({ $0 != nil }) else { return nil }
            self = .customer(number, cells.compactMap { $0 })
        default: return nil
        }
    }
}
