import MeshBase

/// Loops over the draws of one domain, for domains of many cells: of their own functions, so that they have all registers.
enum DrawScan {
    typealias Words = UnsafePointer<Rendezvous.Words>
    typealias Odds = UnsafePointer<PlacementViews.Odds>

    /// Positions that are kept at most; more are too many.
    static var most: Int { 64 }
    /// Places for those that are kept.
    static var capacity: Int { most + 1 }
    /// From so many candidates on a branch that is seldom taken costs less than what spares it.
    static var many: Int { 512 }

    /// The position of the highest draw, the first one of several.
    ///
    /// Of eight at a time only the highest is compared with the highest before, and which of the eight it was is looked up
    /// at the end. Nothing branches on draws.
    @inline(never) static func highest(_ words: Words, _ count: Int, _ customer: Rendezvous.Customer) -> Int {
        var best: UInt64 = 0
        var start = 0
        var here = 0
        while here &+ 8 <= count {
            let a = max(Rendezvous.draw(customer, words[here]), Rendezvous.draw(customer, words[here &+ 1]))
            let b = max(Rendezvous.draw(customer, words[here &+ 2]), Rendezvous.draw(customer, words[here &+ 3]))
            let c = max(Rendezvous.draw(customer, words[here &+ 4]), Rendezvous.draw(customer, words[here &+ 5]))
            let d = max(Rendezvous.draw(customer, words[here &+ 6]), Rendezvous.draw(customer, words[here &+ 7]))
            let most = max(max(a, b), max(c, d))
            start = most > best ? here : start
            best = max(best, most)
            here &+= 8
        }
        let end = min(start &+ 8, count)
        var position = start
        var next = end &- 1
        while next >= start {
            position = Rendezvous.draw(customer, words[next]) == best ? next : position
            next &-= 1
        }
        while here < count {
            let draw = Rendezvous.draw(customer, words[here])
            position = draw > best ? here : position
            best = max(best, draw)
            here &+= 1
        }
        return position
    }

    /// Writes the positions of draws above a sieve, in their order; how many, and above `most` for too many.
    @inline(never) static func keep(
        _ words: Words, _ count: Int, _ customer: Rendezvous.Customer, above sieve: UInt64,
        in kept: UnsafeMutablePointer<Int32>
    ) -> Int {
        keep(words, count, customer, in: kept) { _ in sieve }
    }

    /// The same where each candidate has its own sieve.
    @inline(never) static func keep(
        _ words: Words, _ odds: Odds, _ count: Int, _ customer: Rendezvous.Customer,
        in kept: UnsafeMutablePointer<Int32>
    ) -> Int {
        keep(words, count, customer, in: kept) { odds[$0].sieve }
    }

    /// A branch for each draw is seldom taken and costs less than what would spare it. Four are in flight at a time.
    @inline(__always) private static func keep(
        _ words: Words, _ count: Int, _ customer: Rendezvous.Customer, in kept: UnsafeMutablePointer<Int32>,
        above sieve: (Int) -> UInt64
    ) -> Int {
        var found = 0
        func look(_ position: Int, _ draw: UInt64) {
            guard _slowPath(draw > sieve(position)) else { return }
            kept[min(found, most)] = Int32(truncatingIfNeeded: position)
            found &+= 1
        }
        var here = 0
        while here &+ 4 <= count {
            let a = Rendezvous.draw(customer, words[here])
            let b = Rendezvous.draw(customer, words[here &+ 1])
            let c = Rendezvous.draw(customer, words[here &+ 2])
            let d = Rendezvous.draw(customer, words[here &+ 3])
            look(here, a)
            look(here &+ 1, b)
            look(here &+ 2, c)
            look(here &+ 3, d)
            here &+= 4
        }
        while here < count {
            look(here, Rendezvous.draw(customer, words[here]))
            here &+= 1
        }
        return found
    }
}
