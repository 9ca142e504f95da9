import MeshBase
import Topology

/// The one written form of faults: of plans of the simulator, scenario files, `fault add` and reports. What is written reads back
/// as the same fault.
///
///     latency region/us-east <> region/eu-west,zone/us-west/a 30ms 5ms normal 50%
///     loss us-east-1 > zone/us-west/a 20%         one way
///     loss region/us-east > outside 20%           what leaves it, to wherever
///     bandwidth us-east-1 125000B/s               between it and everything outside
///     latency service/payment 800ms 100ms         errors cell/us-east-1/service/payment 50% 503
///     zombie cell/us-east-1                       slow cell/us-east-1 100x    flap cell/us-east-1 2s
///     lie cell/us-east-1 80%                      amnesia cell/us-east-1 keep-id       fill-memory cell/us-east-1 90%
///     kill cell/us-east-1,cell/us-west-2          pause, leave, destroy, lose-disk, lose-rows, fill-disk: likewise
///     late router/r1 2500ms                       skew cell/us-east-1 1h          drift cell/us-east-1 200ppm
extension FaultSpec: CustomStringConvertible {
    /// As `text`.
    package var description: String { text }

    /// In the written form.
    package var text: String {
        var words = [kind.rawValue]
        func list(_ targets: some Sequence<TargetSelector>) -> String { targets.map(\.text).joined(separator: ",") }
        if action.layer == .wire {
            words.append(side.text)
            if !others.isEmpty {
                words += [isOneWay ? ">" : "<>", list(others)]
            } else if isOneWay {
                words += [">", Self.outside]
            }
        } else {
            words.append(list(targets))
        }
        return (words + figureWords).joined(separator: " ")
    }

    /// Everything that is not in the first side.
    static let outside = "outside"

    /// Of `amnesia`.
    static let keepsID = "keep-id"

    private var figureWords: [String] {
        let figures = action.figures
        var words: [String] = []
        if let delay = figures.delay {
            words.append(Syntax.written(delay.base))
            if delay.jitter > .zero { words.append(Syntax.written(delay.jitter)) }
            if delay.distribution != .uniform { words.append(delay.distribution.rawValue) }
            if delay.share < 1 { words.append(Syntax.percent(delay.share)) }
        }
        if let rate = action.namedRate { words.append(Syntax.percent(rate)) }
        if let amount = figures.amount { words.append(Syntax.written(amount)) }
        if let factor = figures.factor { words.append("\(Syntax.written(factor))x") }
        if figures.keepsID == true { words.append(Self.keepsID) }
        if let bandwidth = figures.bandwidth { words.append("\(bandwidth)B/s") }
        if let status = figures.status, status != 500 { words.append("\(status)") }
        if let millionths = figures.millionths { words.append("\(millionths)ppm") }
        return words
    }
}

extension FaultRequest {
    /// The longest written form that is read.
    package static let longestText = 4_096

    /// Reads the written form, `for DURATION` included. Whether its words make a fault is asked by `spec`.
    package init(text: String) throws(Refusal) {
        guard text.utf8.count <= Self.longestText else {
            throw Refusal("a fault is written with at most \(Self.longestText) bytes")
        }
        var words = text.split(separator: " ").map(String.init)[...]
        guard let kind = words.popFirst(), let first = words.popFirst() else {
            throw Refusal("a fault is written as KIND TARGET[,TARGET] ..., such as 'kill cell/us-east-1 for 20s'")
        }
        func list(_ word: String) -> [String] {
            word.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        self.init(kind: kind, targets: list(first))
        if let way = words.first, way == "<>" || way == ">" {
            if let known = FaultKind(rawValue: kind), !known.strikes(.wire) {
                throw Refusal("'\(way)' stands between nodes that speak to each other: '\(kind)' has no two sides")
            }
            guard targets.count == 1 else { throw Refusal("one target stands before '\(way)'") }
            guard let others = words.dropFirst().first else { throw Refusal("what stands behind '\(way)'?") }
            words = words.dropFirst(2)
            if others != FaultSpec.outside { targets += list(others) }
            isOneWay = way == ">"
        }
        while let word = words.popFirst() {
            guard word == "for" else {
                try read(figure: word)
                continue
            }
            guard let amount = words.popFirst().flatMap({ Syntax.duration($0) }) else {
                throw Refusal("'for' is followed by how long, such as 20s")
            }
            try once(lease == nil, "for")
            lease = amount
        }
    }

    /// A figure that was said is not said again: which of the two is meant?
    private func once(_ isFirst: Bool, _ word: String) throws(Refusal) {
        guard isFirst else { throw Refusal("'\(word.prefix(64))' is one too many: its like was said before") }
    }

    private mutating func read(figure word: String) throws(Refusal) {
        if let shape = Delay.Distribution(rawValue: word) {
            try once(distribution == nil, word)
            distribution = shape.rawValue
        } else if word == "one-way" {
            try once(!isOneWay, word)
            isOneWay = true
        } else if word == FaultSpec.keepsID {
            try once(!keepsID, word)
            keepsID = true
        } else if word.hasSuffix("x"), let number = Syntax.decimal(word.dropLast()) {
            try once(factor == nil, word)
            factor = number
        } else if word.hasSuffix("ppm") {
            guard let number = Syntax.integer(String(word.dropLast(3))) else { throw Self.noFigure(word) }
            try once(millionths == nil, word)
            millionths = number
        } else if word.hasSuffix("/s") {
            guard let bytes = Syntax.size(String(word.dropLast(2))) else { throw Self.noFigure(word) }
            try once(bandwidth == nil, word)
            bandwidth = bytes
        } else if let amount = Syntax.duration(word) {
            try read(amount: amount, word)
        } else if let number = Syntax.integer(word), number > 1 {
            try once(status == nil, word)
            status = number
        } else if let ratio = Syntax.ratio(word) {
            try once(rate == nil, word)
            rate = ratio
        } else {
            throw Self.noFigure(word)
        }
    }

    private mutating func read(amount: TimeAmount, _ word: String) throws(Refusal) {
        switch FaultKind(rawValue: kind) {
        case .latency where delay == nil: delay = amount
        case .latency where jitter == nil: jitter = amount
        case .reorder where self.amount == nil, .late where self.amount == nil, .skew where self.amount == nil,
            .flap where self.amount == nil:
            self.amount = amount
        default: throw Refusal("'\(word)' is one duration too many for '\(kind.prefix(64))'")
        }
    }

    private static func noFigure(_ word: String) -> Refusal {
        Refusal(
            "'\(word.prefix(64))' is no figure of a fault: those are durations (30ms), shares (5%), rates (1MiB/s), a status "
                + "(503), 200ppm, 100x, and the words uniform, normal, exponential, one-way, keep-id, for")
    }
}
