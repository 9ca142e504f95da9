import MeshBase

/// Where a cell keeps what it has promised and accepted: one blob for each name, within its store's transaction.
public protocol DecreeShelf {
    /// Why the store cannot be read or written.
    associatedtype Failure: Error
    /// What is kept under a number; nil for nothing.
    func decree(_ number: UInt32) throws(Failure) -> [UInt8]?
    /// Keeps a blob, in place of what was there.
    mutating func keep(_ blob: [UInt8], as number: UInt32) throws(Failure)
}

/// How a cell answers a question about decrees, inside the transaction of its store: seat and acceptors are read, asked
/// and kept there, so that no answer leaves before it is durable.
public enum DecreeDesk {
    /// Under which the set of deciders is kept that the cell has installed; no decree's number.
    static let seat = UInt32.max

    /// The newest deciders that the cell has installed; nil where it was told of none.
    public static func deciders<Shelf: DecreeShelf>(at shelf: Shelf) throws(Shelf.Failure) -> DeciderSet? {
        try shelf.decree(seat).flatMap { DeciderSet(decoding: $0) }
    }

    /// - Parameters:
    ///   - decider: the cell and the identity of its store.
    ///   - question: a set in it was checked by the caller.
    /// - Returns: one answer for each item.
    public static func answer<Shelf: DecreeShelf>(
        _ question: DecreeQuestion, by decider: Decider, at shelf: inout Shelf
    ) throws(Shelf.Failure) -> DecreeReply {
        let kept = try shelf.decree(seat).flatMap { DeciderSet(decoding: $0) }
        var place = DeciderSeat(decider: decider, set: kept)
        if let set = question.set, place.install(set) { try shelf.keep(set.encoded(), as: seat) }
        var answers: [Acceptor.Answer] = []
        for item in question.items {
            let number = item.decree.code
            var acceptor = try shelf.decree(number).flatMap { Acceptor(decoding: $0) } ?? Acceptor()
            let answer =
                switch item.request {
                case .prepare(let ballot): acceptor.prepare(ballot, at: place)
                case .accept(let ballot, let value): acceptor.accept(ballot, value: value, of: item.decree, at: place)
                }
            if answer.isChange { try shelf.keep(acceptor.encoded(), as: number) }
            answers.append(answer)
            // What was just decided about the deciders counts from the next question on, when it was proven.
        }
        return DecreeReply(decider: decider, answers: answers)
    }
}
