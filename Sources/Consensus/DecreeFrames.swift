import MeshBase

/// What one cell is asked about some decrees: the body of a frame.
public struct DecreeQuestion: Sendable, Hashable {
    /// One half of a round of one decree.
    public struct Item: Sendable, Hashable {
        /// The decree.
        public var decree: DecreeName
        /// What is asked.
        public var request: CASChange.Request

        /// A request with its decree.
        public init(decree: DecreeName, request: CASChange.Request) {
            self.decree = decree
            self.request = request
        }
    }

    /// A decided set that the cell installs first; for who is behind, see `CASChange.Step.inform`.
    public var set: DeciderSet?
    /// At most `limit`; each is answered for itself.
    public var items: [Item]

    /// So many halves of rounds fit into a frame.
    public static let limit = 256

    /// A question of at most `limit` items.
    public init(set: DeciderSet? = nil, items: [Item]) {
        self.set = set
        self.items = items
    }

    /// The body of the frame.
    public func encoded() -> [UInt8] {
        precondition(items.count <= DecreeQuestion.limit, "\(items.count) items in one question")
        var bytes: [UInt8] = []
        bytes.append(set: set)
        bytes.append(littleEndian: UInt16(items.count))
        for item in items {
            bytes.append(littleEndian: item.decree.code)
            switch item.request {
            case .prepare(let ballot):
                bytes.append(1)
                ballot.append(to: &bytes)
            case .accept(let ballot, let value):
                bytes.append(2)
                ballot.append(to: &bytes)
                bytes.append(sized: value)
            }
        }
        return bytes
    }

    /// Nil for anything that `encoded` does not give.
    public init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let set = reader.set(), let count = reader.integer(UInt16.self), count <= DecreeQuestion.limit
        else { return nil }
        var items: [Item] = []
        for _ in 0..<count {
            guard let decree = reader.integer(UInt32.self).flatMap({ DecreeName(code: $0) }),
                let kind = reader.integer(UInt8.self), let ballot = Ballot(from: &reader)
            else { return nil }
            switch kind {
            case 1: items.append(Item(decree: decree, request: .prepare(ballot)))
            case 2:
                guard let value = reader.sized(most: Acceptor.valueLimit) else { return nil }
                items.append(Item(decree: decree, request: .accept(ballot, value)))
            default: return nil
            }
        }
        guard reader.isAtEnd else { return nil }
        self.init(set: set, items: items)
    }
}

/// The answers to a `DecreeQuestion`, in its order.
public struct DecreeReply: Sendable, Hashable {
    /// Who answers, with the store that it answers from.
    public var decider: Decider
    /// One for each item.
    public var answers: [Acceptor.Answer]

    /// The answers of a decider.
    public init(decider: Decider, answers: [Acceptor.Answer]) {
        self.decider = decider
        self.answers = answers
    }

    /// The body of the frame.
    public func encoded() -> [UInt8] {
        precondition(answers.count <= DecreeQuestion.limit, "\(answers.count) answers in one reply")
        var bytes: [UInt8] = []
        bytes.append(littleEndian: decider.cell.rawValue)
        bytes.append(littleEndian: decider.store)
        bytes.append(littleEndian: UInt16(answers.count))
        for answer in answers {
            answer.ballot.append(to: &bytes)
            switch answer.outcome {
            case .promised(nil): bytes.append(1)
            case .promised(let accepted?):
                bytes.append(2)
                accepted.append(to: &bytes)
            case .accepted: bytes.append(3)
            case .outdated(let other):
                bytes.append(4)
                other.append(to: &bytes)
            case .otherSet(let set):
                bytes.append(5)
                bytes.append(set: set)
            case .invalid: bytes.append(6)
            }
        }
        return bytes
    }

    /// Nil for anything that `encoded` does not give.
    public init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let cell = reader.integer(UInt16.self), let store = reader.integer(UInt64.self),
            let count = reader.integer(UInt16.self), count <= DecreeQuestion.limit
        else { return nil }
        var answers: [Acceptor.Answer] = []
        for _ in 0..<count {
            guard let ballot = Ballot(from: &reader), let outcome = reader.outcome() else { return nil }
            answers.append(Acceptor.Answer(ballot: ballot, outcome: outcome))
        }
        guard reader.isAtEnd else { return nil }
        self.init(decider: Decider(cell: CellIndex(cell), store: store), answers: answers)
    }
}

extension ByteReader {
    /// A set that may be missing; nil for neither.
    fileprivate mutating func set() -> DeciderSet?? {
        switch integer(UInt8.self) {
        case 0: return .some(nil)
        case 1: return DeciderSet(from: &self).map { .some($0) }
        default: return nil
        }
    }

    fileprivate mutating func outcome() -> Acceptor.Outcome? {
        switch integer(UInt8.self) {
        case 1: .promised(nil)
        case 2: Acceptor.Accepted(from: &self).map { .promised($0) }
        case 3: .accepted
        case 4: Ballot(from: &self).map { .outdated(by: $0) }
        case 5: set().map { .otherSet($0) }
        case 6: .invalid
        default: nil
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(set: DeciderSet?) {
        append(set == nil ? 0 : 1)
        if let set { append(contentsOf: set.encoded()) }
    }
}
