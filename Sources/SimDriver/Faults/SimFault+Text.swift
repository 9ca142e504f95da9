import MeshBase
import Topology

/// The written form of faults, one line each; what is written reads back as the same fault.
///
///     kill us-east-1 @5s for 2s            destroy NODE      lose-disk NODE    lose-rows NODE    fill-disk NODE    pause NODE      leave NODE      restart NODE
///     jump us-east-1 1h @5s                drift us-east-1 200ppm @1s for 10s
///     slow router-1 2500ms @3s for 4s
///     partition region/us-east <> * @5s for 10s
///     loss us-east-1 > zone/us-west/a 20% @1s for 5s
///     reorder * <> * 10% 50ms @0s          duplicate, delay, clog: likewise
///     evacuate us-east @5s                 restore REGION    abort             move c12 0,4,8    unmove c12
///     evacuate-with-loss REGION @5s        give-up c12
///     latency service/payment 800ms 100ms @5s for 20s     errors cell/us-east-1/service/payment 0.5 503 @5s
///     hang service/payment @5s for 2s
///     add-cell us-east @5s                 drain us-east-1
extension SimFault: CustomStringConvertible {
    package var description: String {
        var words: [String]
        switch action {
        case .kill: words = ["kill", node]
        case .destroy: words = ["destroy", node]
        case .loseRows: words = ["lose-rows", node]
        case .fillDisk: words = ["fill-disk", node]
        case .loseDisk: words = ["lose-disk", node]
        case .restart: words = ["restart", node]
        case .pause: words = ["pause", node]
        case .resume: words = ["resume", node]
        case .leave: words = ["leave", node]
        case .jump(let amount): words = ["jump", node, Self.written(amount)]
        case .drift(let millionths): words = ["drift", node, "\(millionths)ppm"]
        case .slow(let amount): words = ["slow", node, Self.written(amount)]
        case .operate(let move):
            switch move {
            case .evacuate(let region): words = ["evacuate", region]
            case .evacuateWithLoss(let region): words = ["evacuate-with-loss", region]
            case .restore(let region): words = ["restore", region]
            case .abort: words = ["abort"]
            case .add(let region): words = ["add-cell", region]
            case .drain(let cell): words = ["drain", cell]
            case .customer(let number, let cells):
                words = ["move", "c\(number)", cells.map(String.init).joined(separator: ",")]
            case .home(let number): words = ["unmove", "c\(number)"]
            case .giveUp(let number): words = ["give-up", "c\(number)"]
            }
        case .service(let fault): words = fault.words
        case .network(let fault):
            let way = fault.isOneWay ? ">" : "<>"
            let ends = [fault.from.description, way, fault.to.description]
            switch fault.effect {
            case .partition: words = ["partition"] + ends
            case .clog: words = ["clog"] + ends
            case .loss(let ratio): words = ["loss"] + ends + [Self.written(ratio)]
            case .duplicate(let ratio): words = ["duplicate"] + ends + [Self.written(ratio)]
            case .reorder(let ratio, let amount):
                words = ["reorder"] + ends + [Self.written(ratio), Self.written(amount)]
            case .delay(let amount): words = ["delay"] + ends + [Self.written(amount)]
            }
        }
        words.append("@" + Self.written(at))
        if let length { words += ["for", Self.written(length)] }
        return words.joined(separator: " ")
    }

    /// Parses the written form; nil for anything else. Whether the names exist is not asked.
    package init?(_ text: String) {
        guard text.utf8.count <= 512 else { return nil }
        var words = text.split(separator: " ").map(String.init)[...]
        var length: TimeAmount?
        if words.count >= 2, words[words.endIndex - 2] == "for" {
            guard let amount = words.popLast().flatMap(Self.amount) else { return nil }
            length = amount
            words.removeLast()
        }
        guard let last = words.popLast(), last.hasPrefix("@"), let at = Self.amount(String(last.dropFirst())),
            let verb = words.popFirst()
        else { return nil }
        if let simple = Self.simple[verb] {
            guard words.count == 1, let name = TargetSelector(text: words[0])?.nodeName else { return nil }
            self.init(at: at, simple, name, for: length)
            return
        }
        if let move = Self.move(verb, Array(words)) {
            self.init(at: at, .operate(move), Simulation.controlName, for: length)
            return
        }
        if let fault = SimServiceFault(verb, Array(words)) {
            self.init(at: at, fault, for: length)
            return
        }
        switch verb {
        case "jump", "drift", "slow":
            guard words.count == 2, let name = TargetSelector(text: words[0])?.nodeName,
                let action = Self.clockAction(verb, words[1])
            else { return nil }
            self.init(at: at, action, name, for: length)
        default:
            guard words.count >= 3 else { return nil }
            let ends = Array(words.prefix(3))
            guard ["<>", ">"].contains(ends[1]), let from = TargetSelector(text: ends[0]),
                let to = TargetSelector(text: ends[2]),
                let effect = Self.effect(verb, Array(words.dropFirst(3)))
            else { return nil }
            self.init(at: at, SimNetworkFault(effect, from, to, isOneWay: ends[1] == ">"), for: length)
        }
    }

    private static let simple: [String: Action] = [
        "kill": .kill, "destroy": .destroy, "lose-disk": .loseDisk, "lose-rows": .loseRows, "fill-disk": .fillDisk,
        "restart": .restart,
        "pause": .pause,
        "resume": .resume, "leave": .leave,
    ]

    private static func move(_ verb: String, _ words: [String]) -> SimMove? {
        func number(_ word: String) -> Int? { word.hasPrefix("c") ? Int(word.dropFirst()) : nil }
        switch (verb, words.count) {
        case ("evacuate", 1): return .evacuate(words[0])
        case ("evacuate-with-loss", 1): return .evacuateWithLoss(words[0])
        case ("give-up", 1): return number(words[0]).map { .giveUp($0) }
        case ("restore", 1): return .restore(words[0])
        case ("abort", 0): return .abort
        case ("add-cell", 1): return .add(words[0])
        case ("drain", 1): return .drain(TargetSelector.name(in: words[0], of: .cell))
        case ("unmove", 1): return number(words[0]).map { .home($0) }
        case ("move", 2):
            let cells = words[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard let number = number(words[0]), cells.allSatisfy({ $0 != nil }) else { return nil }
            return .customer(number, cells.compactMap { $0 })
        default: return nil
        }
    }

    private static func clockAction(_ verb: String, _ value: String) -> Action? {
        switch verb {
        case "jump": return amount(value).map { .jump($0) }
        case "slow": return amount(value).map { .slow($0) }
        default:
            guard value.hasSuffix("ppm"), let millionths = Int(value.dropLast(3)) else { return nil }
            return .drift(millionths)
        }
    }

    private static func effect(_ verb: String, _ values: [String]) -> SimNetworkFault.Effect? {
        switch (verb, values.count) {
        case ("partition", 0): return .partition
        case ("clog", 0): return .clog
        case ("loss", 1): return ratio(values[0]).map { .loss($0) }
        case ("duplicate", 1): return ratio(values[0]).map { .duplicate($0) }
        case ("delay", 1): return amount(values[0]).map { .delay($0) }
        case ("reorder", 2):
            guard let ratio = ratio(values[0]), let amount = amount(values[1]) else { return nil }
            return .reorder(ratio, amount)
        default: return nil
        }
    }

    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
        ("ns", 1),
    ]

    /// In the largest unit that leaves a whole number.
    static func written(_ amount: TimeAmount) -> String {
        if amount == .zero { return "0s" }
        for unit in units where amount.nanoseconds % unit.nanoseconds == 0 {
            return "\(amount.nanoseconds / unit.nanoseconds)\(unit.name)"
        }
        return "\(amount.nanoseconds)ns"
    }

    /// What `written` gives; nil for anything else.
    static func amount(_ text: String) -> TimeAmount? {
        guard let end = text.firstIndex(where: { !$0.isASCII || !$0.isNumber }), let number = Int64(text[..<end]),
            let unit = units.first(where: { $0.name == text[end...] })
        else { return nil }
        let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
        return overflow ? nil : .nanoseconds(nanoseconds)
    }

    private static func written(_ ratio: Double) -> String { "\(ratio)" }

    /// `0.5` or `50%`; nil for anything else.
    static func ratio(_ text: String) -> Double? {
        let isPercent = text.hasSuffix("%")
        guard let number = Double(isPercent ? String(text.dropLast()) : text), number.isFinite else { return nil }
        return isPercent ? number / 100 : number
    }
}
