import Membership
import MeshBase

/// The members of one trial, and the packets between them as values.
///
/// It belongs to one thread; the views share one directory. A member is woken only when it has something to do.
final class SwimWorld {
    /// One member and what belongs to it.
    struct Host {
        /// Of its packets.
        var network: Generator
        var rng: Generator
        var swim: SWIM
        /// When the last packet that waits for a starved member is read.
        var readsUntil: Int64 = 0
    }
    /// What is asked of many members without a turn of theirs; it lies apart, where it stays in the processor's cache.
    struct Standing {
        /// When the member is to be woken; a wake that stands in the queue for another time is void.
        var wakeAt = Int64.max
        var isUp = true
        var isStarved = false
    }
    private struct Flight {
        var packet: GossipPacket
        var from: Endpoint
        var to: Int32
    }
    private enum Kind: UInt64 {
        case wake, arrival, read, crash
    }

    /// In larger meshes members begin at different places of one shuffled order instead of each with its own.
    private static let mostOwnOrders = 2_000

    let trial: SwimTrial
    private let hosts: UnsafeMutablePointer<Host>
    private var standing: [Standing]
    let count: Int
    fileprivate var queue: CalendarQueue
    private var flights: UnsafeMutablePointer<Flight>
    private var flightCapacity = 1_024
    /// Places given out so far, and those of them that are free again: the others hold a flight.
    private var flightCount = 0
    private var free: [Int32] = []
    private(set) var now: Int64 = 0
    private(set) var result = SwimTrialResult()
    private var crashed = -1
    private var crashedAt: Int64 = 0
    private var knowing = 0
    private var living: Int
    private var fault: SwimFaultTally?
    private var trace: TraceHash

    init(_ trial: SwimTrial) throws(SimRefusal) {
        if let problem = trial.problem { throw SimRefusal(problem) }
        self.trial = trial
        count = trial.members
        living = count
        trace = TraceHash(seed: trial.seed)
        // Probes, their answers and the wakes.
        queue = CalendarQueue(rate: 8 * count)
        hosts = .allocate(capacity: count)
        standing = Array(repeating: Standing(), count: count)
        flights = .allocate(capacity: flightCapacity)
        let directory = MemberDirectory(limit: count + 1)
        var configuration = trial.swim
        // Nobody asks why.
        configuration.historyDepth = 0
        configuration.mostMembers = max(configuration.mostMembers, count)
        let profiles = (0..<count).map { index in
            // The numbers make names and endpoints that fit.
            try! MemberProfile(name: "n\(index)", role: .cell, gossip: Self.endpoint(index))
        }
        var lots = Generator(seed: trial.seed, concern: "swim.lots")
        // The same for every arm of one seed.
        let order = (0..<count).shuffled(using: &lots)
        let census = MemberCensus(order.map { profiles[$0] }, directory: directory, now: .zero)
        for (index, profile) in profiles.enumerated() {
            let swim = try! SWIM(profile: profile, configuration: configuration, census: census)
            (hosts + index).initialize(
                to: Host(
                    network: Generator(seed: trial.seed, concern: "swim.network", node: UInt64(index)),
                    rng: Generator(seed: trial.seed, concern: "swim.member", node: UInt64(index)), swim: swim))
            var sink = Sink(world: self, from: index)
            hosts[index].swim.handle(.start, now: .zero, rng: &hosts[index].rng, into: &sink)
            hosts[index].swim.adopt(
                census, sharesOrder: count > Self.mostOwnOrders, now: .zero, rng: &hosts[index].rng)
            arm(index)
        }
        for index in order.prefix(trial.starvedCount) { standing[index].isStarved = true }
        if trial.fault != nil { fault = SwimFaultTally(of: order[count - 2], among: count) }
        if let crash = trial.crashAt, crash < trial.duration {
            queue.push(Kind.crash.rawValue << 32 | UInt64(order[count - 1]), at: crash.nanoseconds)
        }
    }

    deinit {
        hosts.deinitialize(count: count)
        hosts.deallocate()
        let isFree = Set(free)
        for slot in 0..<flightCount where !isFree.contains(Int32(slot)) { (flights + slot).deinitialize(count: 1) }
        flights.deallocate()
    }

    private static func endpoint(_ index: Int) -> Endpoint {
        Endpoint(v4: 10 << 24 | UInt32(index + 1), port: 7946)
    }
    private static func index(_ endpoint: Endpoint) -> Int { Int(endpoint.address.low & 0xFF_FFFF) - 1 }

    func swim(_ index: Int) -> SWIM { hosts[index].swim }

    // MARK: Time

    /// Runs on until the end of the trial; false when it was stopped before. `progress` is asked now and then.
    func run(_ progress: (TimeAmount, UInt64) -> Bool) -> Bool {
        let end = trial.duration.nanoseconds
        var next: UInt64 = 65_536
        while let entry = queue.pop(until: end) {
            now = entry.at
            perform(entry.what)
            if result.events >= next {
                next = result.events + 65_536
                guard progress(.nanoseconds(now), result.events) else { return false }
            }
        }
        now = end
        finish()
        return true
    }

    private func finish() {
        result.simulated = .nanoseconds(now)
        for index in 0..<count {
            let counters = hosts[index].swim.counters
            result.messages += counters.sent.total
            result.bytes += counters.bytesSent
            result.suspicions += counters.suspicions
        }
        result.fault = fault?.final(now: now)
        result.traceHash = trace.value
    }

    private func perform(_ what: UInt64) {
        let number = Int(what & 0xFFFF_FFFF)
        switch Kind(rawValue: what >> 32) {
        case .wake: wake(number)
        case .arrival: arrived(number)
        case .read: read(number)
        default: crash(number)
        }
    }

    private func wake(_ index: Int) {
        // Most deadlines are put off before they come: such a tick is empty.
        guard standing[index].wakeAt == now, standing[index].isUp else { return }
        standing[index].wakeAt = .max
        if let deadline = hosts[index].swim.nextDeadline(), deadline.nanoseconds <= now {
            result.events += 1
            trace.note(Instant(nanoseconds: now), kind: 0, node: UInt64(index), content: 0)
            var sink = Sink(world: self, from: index)
            hosts[index].swim.handle(
                .wake, now: Instant(nanoseconds: now), rng: &hosts[index].rng, into: &sink)
        }
        arm(index)
    }

    private func arrived(_ slot: Int) {
        let target = Int(flights[slot].to)
        guard standing[target].isUp else {
            _ = take(slot)
            return
        }
        guard standing[target].isStarved else { return read(slot) }
        let late = Self.draw(trial.lateness, &hosts[target].network)
        let at = max(hosts[target].readsUntil, now + late)
        hosts[target].readsUntil = at
        queue.push(Kind.read.rawValue << 32 | UInt64(slot), at: at)
    }

    private func read(_ slot: Int) {
        let flight = take(slot)
        let index = Int(flight.to)
        guard standing[index].isUp else { return }
        result.events += 1
        trace.note(
            Instant(nanoseconds: now), kind: 1 + UInt64(flight.packet.kind.rawValue), node: UInt64(index),
            content: (flight.from.number >> 16) << 8 | UInt64(flight.packet.updates.count))
        var sink = Sink(world: self, from: index)
        hosts[index].swim.receive(
            flight.packet, from: flight.from, now: Instant(nanoseconds: now), rng: &hosts[index].rng, into: &sink)
        arm(index)
    }

    private func crash(_ index: Int) {
        standing[index].isUp = false
        living -= 1
        fault?.crashed(index)
        crashed = index
        crashedAt = now
    }

    /// Sees to it that the member is woken at its deadline.
    private func arm(_ index: Int) {
        guard let deadline = hosts[index].swim.nextDeadline() else {
            standing[index].wakeAt = .max
            return
        }
        // What is due is done with at the next tick, so that time goes on.
        let at = max(deadline.nanoseconds, now + 1)
        guard at != standing[index].wakeAt else { return }
        standing[index].wakeAt = at
        queue.push(Kind.wake.rawValue << 32 | UInt64(index), at: at)
    }

    // MARK: Packets

    private static func draw(_ range: ClosedRange<TimeAmount>, _ rng: inout Generator) -> Int64 {
        let (low, high) = (range.lowerBound.nanoseconds, range.upperBound.nanoseconds)
        return low + Int64(rng.below(UInt64(high - low + 1)))
    }

    fileprivate func send(_ packet: borrowing GossipPacket, from sender: Int, to endpoint: Endpoint) {
        let target = Self.index(endpoint)
        let delay = Self.draw(trial.latency, &hosts[sender].network)
        // Drawn also without loss, so that the same seed meets the same luck.
        let luck = hosts[sender].network.unit()
        let isLost = luck < (fault == nil ? trial.loss : loss(from: sender, to: target))
        guard !isLost, target >= 0, target < count else { return }
        // The sender goes on filling its own list of updates: the copy takes none of its storage.
        let flight = Flight(
            packet: GossipPacket(
                sender: packet.sender, senderIncarnation: packet.senderIncarnation, body: packet.body,
                updates: packet.updates.isEmpty ? [] : packet.updates.map { $0 }),
            from: Self.endpoint(sender), to: Int32(target))
        let slot: Int
        if let reused = free.popLast() {
            slot = Int(reused)
        } else {
            if flightCount == flightCapacity { growFlights() }
            slot = flightCount
            flightCount += 1
        }
        (flights + slot).initialize(to: flight)
        queue.push(Kind.arrival.rawValue << 32 | UInt64(slot), at: now + delay)
    }

    private func loss(from sender: Int, to target: Int) -> Double {
        guard let fault, let lossy = trial.fault, now >= lossy.begin.nanoseconds, now < lossy.end.nanoseconds else {
            return trial.loss
        }
        let isHit =
            switch lossy.ways {
            case .both: sender == fault.faulty || target == fault.faulty
            case .inward: target == fault.faulty
            case .outward: sender == fault.faulty
            }
        return isHit ? max(trial.loss, lossy.share) : trial.loss
    }

    private func take(_ slot: Int) -> Flight {
        free.append(Int32(slot))
        return (flights + slot).move()
    }

    private func growFlights() {
        let grown = UnsafeMutablePointer<Flight>.allocate(capacity: 2 * flightCapacity)
        grown.moveInitialize(from: flights, count: flightCount)
        flights.deallocate()
        flights = grown
        flightCapacity *= 2
    }

    // MARK: What members come to believe

    fileprivate func changed(_ change: MemberChange, by observer: Int) {
        if fault != nil { tally(change, by: observer) }
        guard change.status == .dead || change.status == .suspect else { return }
        let index = Self.index(change.member.profile.gossip)
        guard change.status == .dead else {
            if index == crashed, result.suspected == nil { result.suspected = .nanoseconds(now - crashedAt) }
            return
        }
        trace.note(
            Instant(nanoseconds: now), kind: 20, node: UInt64(observer),
            content: UInt64(index) << 32 | UInt64(change.member.incarnation))
        if standing[index].isUp {
            result.falsePositives += 1
            if isSound(observer) { result.falsePositivesHealthy += 1 }
        } else if index == crashed {
            if result.detected == nil { result.detected = .nanoseconds(now - crashedAt) }
            // One that cannot hear it is not waited for.
            if observer != fault?.faulty { knowing += 1 }
            let awaited = fault == nil ? living : living - 1
            if knowing >= awaited, result.known == nil { result.known = .nanoseconds(now - crashedAt) }
        }
    }

    fileprivate func judged(_ member: Member, by observer: Int) {
        guard fault != nil, isSound(observer) else { return }
        let index = Self.index(member.profile.gossip)
        guard index == fault!.faulty || isSound(index) else { return }
        fault!.saw(index, standing: member.status.isLive ? member.standing.rawValue : nil, by: observer)
    }

    private func tally(_ change: MemberChange, by observer: Int) {
        judged(change.member, by: observer)
        let index = Self.index(change.member.profile.gossip)
        guard isSound(observer), index == fault!.faulty || isSound(index) else { return }
        fault!.changed(
            index, isSuspect: change.status == .suspect, isDead: change.status == .dead, by: observer, now: now)
    }

    private func isSound(_ index: Int) -> Bool {
        index != fault?.faulty && standing[index].isUp && !standing[index].isStarved
    }

    struct Sink: SWIMSink {
        unowned(unsafe) let world: SwimWorld
        let from: Int

        init(world: SwimWorld, from: Int) {
            self.world = world
            self.from = from
        }

        mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            world.send(packet, from: from, to: endpoint)
        }
        mutating func changed(_ change: MemberChange) { world.changed(change, by: from) }
        mutating func judged(_ change: MemberChange) { world.judged(change.member, by: from) }
        mutating func persist(incarnation: UInt32) {}
    }
}

extension SwimTrial {
    /// Runs the trial; nil when `progress` stopped it.
    package func run(_ progress: (TimeAmount, UInt64) -> Bool = { _, _ in true }) throws(SimRefusal) -> SwimTrialResult?
    {
        let world = try SwimWorld(self)
        return world.run(progress) ? world.result : nil
    }
}
