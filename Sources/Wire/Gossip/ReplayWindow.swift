/// Remembers which sealed packets were taken, so that each is taken once: for every boot of a sender a sliding window
/// over its nonce counter (RFC 6479).
///
/// Only authentic packets may be noted here: a stranger must not be able to move a window. What a receiver cannot know
/// is what was sent before it started itself; there the incarnations of the membership are the guard.
package struct ReplayWindow: Sendable {
    package enum Verdict: Equatable, Sendable { case new, replayed, old }

    private static let words = 16
    /// Packets of one boot that may overtake one another, at least. One word of the ring is always being cleared.
    package static let reach = UInt64((words - 1) * 64)

    /// Boots remembered; the one not heard for longest gives way to a new one.
    package let limit: Int
    private var places: [UInt64: Int] = [:]
    private var boots: [UInt64] = []
    private var highest: [UInt64] = []
    private var heard: [UInt64] = []
    private var bits: [UInt64] = []
    private var clock: UInt64 = 0

    package init(limit: Int = 4096) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// Boots remembered now.
    package var count: Int { boots.count }

    /// A few are looked through from end to end.
    private func place(of boot: UInt64) -> Int? {
        guard boots.count <= 16 else { return places[boot] }
        for place in 0..<boots.count where boots[place] == boot { return place }
        return nil
    }

    /// Whether a packet with this nonce may be taken; changes nothing.
    package func check(_ nonce: GossipNonce) -> Verdict {
        guard let place = place(of: nonce.bootID) else { return .new }
        let highest = highest[place]
        if nonce.counter > highest { return .new }
        if highest - nonce.counter >= Self.reach { return .old }
        return bits[word(nonce.counter, place)] & mask(nonce.counter) == 0 ? .new : .replayed
    }

    /// An authentic packet that `check` found new is taken.
    package mutating func note(_ nonce: GossipNonce) {
        clock += 1
        let place = place(of: nonce.bootID) ?? admit(nonce)
        heard[place] = clock
        if nonce.counter > highest[place] {
            // The words between are those of packets not seen yet.
            let (from, to) = (highest[place] >> 6, nonce.counter >> 6)
            for step in 0..<min(to - from, UInt64(Self.words)) { bits[word((from + 1 + step) << 6, place)] = 0 }
            highest[place] = nonce.counter
        }
        bits[word(nonce.counter, place)] |= mask(nonce.counter)
    }

    private mutating func admit(_ nonce: GossipNonce) -> Int {
        let place: Int
        if boots.count < limit {
            place = boots.count
            boots.append(nonce.bootID)
            highest.append(nonce.counter)
            heard.append(clock)
            bits.append(contentsOf: repeatElement(0, count: Self.words))
        } else {
            place = heard.indices.min { heard[$0] < heard[$1] }!
            places[boots[place]] = nil
            boots[place] = nonce.bootID
            highest[place] = nonce.counter
            for index in 0..<Self.words { bits[place * Self.words + index] = 0 }
        }
        places[nonce.bootID] = place
        return place
    }

    private func word(_ counter: UInt64, _ place: Int) -> Int {
        place * Self.words + Int(counter >> 6 & UInt64(Self.words - 1))
    }
    private func mask(_ counter: UInt64) -> UInt64 { 1 << (counter & 63) }
}
