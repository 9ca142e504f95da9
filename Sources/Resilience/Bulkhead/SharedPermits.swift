import MeshBase

/// Words that several processes see: each is read, written and exchanged as a whole.
package protocol PermitWords {
    /// The word at a place.
    func load(_ place: Int) -> UInt64
    /// Writes the word at a place.
    func store(_ word: UInt64, at place: Int)
    /// Writes a word where another one stands; false where it does not.
    func exchange(_ expected: UInt64, for word: UInt64, at place: Int) -> Bool
}

/// A pool of permits that several owners take from: the leaky bulkhead (A8), where each of them can take all. Pure: it knows
/// words and times, and nobody waits.
///
/// A permit is one word, 0 or whose it is: its owner and the owner's life. Taking and giving back is one exchange, so that an owner
/// that dies at any moment leaves no other count wrong. What it held returns by itself: an owner has a lease, which it renews while
/// it lives, and a permit of one without a lease, or of an earlier life, is as good as free.
///
/// The words: the life of each owner, then the end of each owner's lease in milliseconds since boot, then the permits.
package struct SharedPermits<Words: PermitWords> {
    /// Owners that there can be.
    package static var owners: Int { 1_024 }
    /// What the lease of an owner lasts from its last renewal.
    package static var lease: TimeAmount { .seconds(2) }
    /// How often an owner that lives renews it.
    package static var renewal: TimeAmount { .milliseconds(500) }
    /// Permits of one pool at most.
    package static var most: Int { 10_000 }

    /// Words that a pool takes.
    ///
    /// - Parameter permits: 1...`most`.
    package static func words(permits: Int) -> Int { 2 * owners + permits }

    private let words: Words
    private let permits: Int
    private let owner: Int
    private let life: UInt32
    private var hasBegun = false
    /// Places of the permits that this owner took and has not given back; one that outlived the lease may be another's.
    private var held: [Int32] = []
    /// Where the next search begins.
    private var next: Int

    /// One owner's view of a pool. It takes over from its earlier lives with its first permit.
    ///
    /// - Parameters:
    ///   - permits: 1...`most`; the same for all owners.
    ///   - owner: 0..<`owners`, of no other process.
    ///   - life: another one for each life of the owner.
    package init(_ words: Words, permits: Int, owner: Int, life: UInt32) {
        precondition((1...Self.most).contains(permits) && (0..<Self.owners).contains(owner))
        self.words = words
        self.permits = permits
        self.owner = owner
        self.life = life
        next = owner * 31 % permits
    }

    /// Permits that this owner took and has not given back.
    package var taken: Int { held.count }

    private static func milliseconds(_ instant: Instant) -> UInt64 {
        UInt64(clamping: (instant - Instant.zero).nanoseconds / 1_000_000)
    }

    private var word: UInt64 { UInt64(owner + 1) << 32 | UInt64(life) }
    private func place(_ permit: Int) -> Int { 2 * Self.owners + permit }

    /// The owner lives. Before it takes its first permit there is nothing to renew.
    ///
    /// - Parameter now: since boot, the same clock for all owners.
    package func renew(now: Instant) {
        guard hasBegun else { return }
        words.store(Self.milliseconds(now + Self.lease), at: Self.owners + owner)
    }

    /// Whether a permit's word is somebody's who lives. What no owner can have written is nobody's.
    private func isHeld(_ word: UInt64, now: UInt64) -> Bool {
        guard word != 0 else { return false }
        let (owner, life) = (Int(word >> 32) - 1, word & 0xFFFF_FFFF)
        guard (0..<Self.owners).contains(owner), words.load(owner) == life else { return false }
        let until = words.load(Self.owners + owner)
        // One that ends later than any lease could is of before the last boot.
        return until > now && until - now <= UInt64(Self.lease.nanoseconds / 1_000_000)
    }

    /// Takes a permit, at most `permits` words away.
    ///
    /// - Returns: false where all are held by owners that live.
    package mutating func take(now: Instant) -> Bool {
        if !hasBegun {
            hasBegun = true
            words.store(UInt64(life), at: owner)
        }
        renew(now: now)
        let milliseconds = Self.milliseconds(now)
        for _ in 0..<permits {
            let permit = next
            next = next + 1 == permits ? 0 : next + 1
            let found = words.load(place(permit))
            if !isHeld(found, now: milliseconds), words.exchange(found, for: word, at: place(permit)) {
                held.append(Int32(permit))
                return true
            }
        }
        return false
    }

    /// Gives back one of those that it took. One that others took over meanwhile stays theirs.
    package mutating func giveBack() {
        guard let permit = held.popLast() else { return }
        _ = words.exchange(word, for: 0, at: place(Int(permit)))
    }

    /// Permits that owners hold who live, for people.
    package func inUse(now: Instant) -> Int {
        let milliseconds = Self.milliseconds(now)
        return (0..<permits).count { isHeld(words.load(place($0)), now: milliseconds) }
    }
}
