extension Acceptor {
    private static let format: UInt8 = 1

    /// As the store keeps it: format, whether something was accepted, the promise, and the round and the value of what
    /// was accepted.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = [Acceptor.format, accepted == nil ? 0 : 1]
        bytes.reserveCapacity(2 + 2 * Ballot.encodedSize + 4 + (accepted?.value.count ?? 0))
        promised.append(to: &bytes)
        accepted?.append(to: &bytes)
        return bytes
    }

    /// Nil for anything that `encoded` does not give: such a store is damaged, and its cell no decider.
    public init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.integer(UInt8.self) == Acceptor.format, let has = reader.integer(UInt8.self), has <= 1,
            let promised = Ballot(from: &reader), promised == .none || promised.isRound
        else { return nil }
        var accepted: Accepted?
        if has == 1 {
            accepted = Accepted(from: &reader)
            guard let accepted, accepted.ballot <= promised else { return nil }
        }
        guard reader.isAtEnd else { return nil }
        self.init(promised: promised, accepted: accepted)
    }
}

extension Acceptor.Accepted {
    func append(to bytes: inout [UInt8]) {
        ballot.append(to: &bytes)
        bytes.append(sized: value)
    }

    init?(from reader: inout ByteReader) {
        guard let ballot = Ballot(from: &reader), ballot == .none || ballot.isRound,
            let value = reader.sized(most: Acceptor.valueLimit)
        else { return nil }
        self.init(ballot: ballot, value: value)
    }
}
