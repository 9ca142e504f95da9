extension Acceptor {
    private static let format: UInt8 = 1

    /// As the store keeps it: format, whether something was accepted, the promise, and the round and the value of what
    /// was accepted.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = [Acceptor.format, accepted == nil ? 0 : 1]
        bytes.reserveCapacity(2 + 2 * Ballot.encodedSize + 4 + (accepted?.value.count ?? 0))
        promised.append(to: &bytes)
        if let accepted {
            accepted.ballot.append(to: &bytes)
            bytes.append(littleEndian: UInt32(accepted.value.count))
            bytes.append(contentsOf: accepted.value)
        }
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
            guard let ballot = Ballot(from: &reader), ballot <= promised, ballot == .none || ballot.isRound,
                let count = reader.integer(UInt32.self), count <= Acceptor.valueLimit,
                let value = reader.bytes(Int(count))
            else { return nil }
            accepted = Accepted(ballot: ballot, value: value)
        }
        guard reader.isAtEnd else { return nil }
        self.init(promised: promised, accepted: accepted)
    }
}
