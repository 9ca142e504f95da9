import Chaos
import Feed
import MeshBase
import Reports
import Scenarios
import Telemetry
import Topology

/// Lets a monkey loose in virtual time, by a calendar that skips what nothing can happen in: the mesh lives through the time around draws
/// that hit, and is as it was in between. Days take seconds.
package final class SimMonkey {
    /// What is run.
    package struct Settings: Sendable {
        package var plan: MonkeyPlan
        /// Of the calendar, from Monday, 2023-11-13, 00:00.
        package var length = TimeAmount.hours(24)
        /// Requests a second while the mesh lives.
        package var rate = 60.0
        /// That a cell ends by itself before a draw that hits, 0...1; it starts again some seconds later.
        package var crashes = 0.0
        /// Cells that the monkey spares.
        package var excepted: Set<String> = []
        package var defect: SimDefect?

        package init(_ plan: MonkeyPlan) { self.plan = plan }
    }

    private let simulation: Simulation
    private let feed: SimFeed
    private let settings: Settings
    private var guardian: SimGuardian
    private var monkey: Monkey
    private var oracle: MonkeyOracle
    private var rows: [MonkeyRow] = []
    private var seen: (state: FeedState, names: [String])?
    /// When the calendar began, in the simulation's time.
    private var began = Instant.zero
    private var skipped = TimeAmount.zero
    /// The kill in force, when it ends, and the number of kills so far.
    private var held: (key: Int, cell: String, until: Instant)?
    private var kills = 0
    private var freedAt = Instant.zero
    /// Processes that end or start by themselves, in the simulation's time.
    private var accidents: [(at: Instant, machine: SimMachine, starts: Bool)] = []
    private var crashedBefore: UInt64 = 0
    /// Draws on the way of a skip that were not what was foreseen; a defect of this driver.
    private var surprises = 0

    private static let period = TimeAmount.seconds(1)
    /// Monday, 2023-11-13, 00:00 UTC.
    private static let calendar: Int64 = 1_699_833_600_000_000_000
    package static let longest = TimeAmount.hours(24 * 366)
    private static let aftermath = TimeAmount.minutes(10)
    private static let mostRows = 100_000
    private static let firstKey = 1 << 20

    /// - Parameters:
    ///   - seed: of the simulation; the monkey has its own, in its plan.
    ///   - progress: false ends the run as out of time.
    /// - Throws: why nothing was run.
    package static func run(
        _ settings: Settings, on topology: MeshTopology, seed: UInt64, feed: SimFeed? = nil,
        progress: @escaping (SimProgress) -> Bool = { _ in true }
    ) throws(SimRefusal) -> SimMonkeyReport {
        var configuration = SimConfiguration(topology: topology, seed: seed, scenario: "monkey")
        configuration.defect = settings.defect
        configuration.isReactive = true
        configuration.load.rate = settings.rate
        configuration.load.silent = topology.customers.poison
        configuration.eventLimit = .max
        if !topology.blueprints.contains(where: { $0.store != nil }) {
            (configuration.load.reads, configuration.load.writes, configuration.load.deletes) = (0, 0, 0)
            configuration.load.services = 1
        }
        if let problem = configuration.problem { throw SimRefusal(problem) }
        let feed = feed ?? SimFeed()
        let simulation = try Simulation(configuration, feed: feed)
        defer { simulation.dispose() }
        return try SimMonkey(simulation, feed, settings, progress).perform()
    }

    private init(
        _ simulation: Simulation, _ feed: SimFeed, _ settings: Settings, _ progress: @escaping (SimProgress) -> Bool
    ) {
        self.simulation = simulation
        self.feed = feed
        self.settings = settings
        guardian = SimGuardian(eventLimit: simulation.configuration.eventLimit, progress: progress)
        monkey = Monkey(settings.plan, now: .zero)
        oracle = MonkeyOracle(settings.plan, excepted: settings.excepted)
    }

    // MARK: The run

    private func perform() throws(SimRefusal) -> SimMonkeyReport {
        simulation.boot()
        feed.onState = { [unowned self] in seen = ($0, $1) }
        let limit = simulation.configuration.startLimit
        guard simulation.run(atMost: limit, &guardian, until: \.isSteady) == true
        else { throw SimRefusal("the mesh was not whole after \(Int64(limit.seconds)) s") }
        guardian.phase = .load
        began = simulation.now
        simulation.clients.ledger.impact.began(now: began)
        simulation.clients.begin(until: began + settings.length + .hours(1))
        // What is looked at when the time is over is looked at to its end.
        while now < .zero + settings.length || monkey.cell != nil {
            skip()
            guard now < .zero + settings.length || monkey.cell != nil else { break }
            guard simulation.run(until: simulation.now + Self.period, &guardian) else {
                throw SimRefusal("out of time after \(simulation.trace.events) events, at \(Timestamp.string(wall))")
            }
            suffer()
            release()
            carryOut(monkey.look(sight, now: now))
        }
        let lived = simulation.now - began
        let end = wall
        _ = simulation.run(atMost: .seconds(60), &guardian, until: \.isSteady)
        _ = simulation.readBack(&guardian)
        feed.end(guardian.isStopped ? "stopped" : "ended")
        guard !guardian.isStopped else { throw SimRefusal("out of time, while writes are read back") }
        precondition(surprises == 0, "a draw has hit that was foreseen not to")
        var report = MonkeyReport(rows: rows.reversed(), counts: monkey.counts)
        report.rules = settings.plan.request
        return SimMonkeyReport(
            simulation.report(named: "monkey", further: oracle.verdicts), report,
            .init(
                from: Timestamp.string(Self.calendar), to: Timestamp.string(end), livedMilliseconds: lived.milliseconds)
        )
    }

    /// By the calendar, since it began.
    private var now: Instant { .zero + (simulation.now - began) + skipped }
    /// What its clock shows, nanoseconds since 1970.
    private var wall: Int64 { wall(now) }
    private func wall(_ at: Instant) -> Int64 { Self.calendar + at.nanoseconds }

    /// Puts the calendar on to the time before the next draw that hits, where the mesh is at rest.
    private func skip() {
        guard monkey.cell == nil, held == nil, accidents.isEmpty, simulation.isWhole else { return }
        // What a kill leaves is lived through, but not for as long as the longest windows of alerts are.
        guard seen?.state.alerts.isEmpty ?? true || simulation.now - freedAt > Self.aftermath else { return }
        let regions = Set(simulation.knownTopology.cells.map(\.region)).count
        let end = Instant.zero + settings.length
        let lead = settings.plan.window + .seconds(3)
        var (draw, at) = (monkey.draw + 1, monkey.nextDraw)
        while at < end, !settings.plan.isWithin(WeekTime(utc: wall(at))) || !monkey.hits(draw, regions: regions) {
            draw += 1
            at = at + settings.plan.every
        }
        let target = min(at - lead, end)
        guard target > now + Self.period else { return crash(before: draw, at: at) }
        // They hit nobody, and are drawn all the same.
        while monkey.nextDraw < target {
            var sight = sight
            sight.time = WeekTime(utc: wall(monkey.nextDraw))
            if !monkey.look(sight, now: monkey.nextDraw).isEmpty { surprises += 1 }
        }
        skipped = skipped + (target - now)
        crash(before: draw, at: at)
    }

    // MARK: What the monkey sees and does

    private var sight: MonkeySight {
        let topology = simulation.knownTopology
        var sight = MonkeySight(
            cells: topology.cells.enumerated().map { position, cell in
                let machine = simulation.machines[position]
                var one = MonkeySight.Cell(
                    cell.name, in: topology.regions[cell.region].name, serves: false,
                    started: machine.isUp ? machine.startedAt.nanoseconds : nil)
                one.isExcepted = settings.excepted.contains(cell.name)
                if let seen, position < seen.state.cells.count {
                    one.serves = machine.isUp && seen.state.cells.state(of: position) == .serving
                }
                return one
            })
        sight.answered = feed.answered
        sight.time = WeekTime(utc: wall)
        sight.isHeld = held != nil
        if monkey.cell == nil, let alert = seen?.state.alerts.first {
            sight.obstacle = "the alert \(alert.name) fires (\(alert.subject))"
        }
        return sight
    }

    private func carryOut(_ orders: [Monkey.Order]) {
        for order in orders {
            switch order {
            case .note(var row):
                row.time = Timestamp.string(wall)
                if rows.count < Self.mostRows { rows.append(row) }
            case .kill(let cell, let lease): kill(cell, lease)
            }
        }
    }

    private func kill(_ cell: String, _ lease: TimeAmount) {
        guard let index = simulation.machinesByName[cell], let target = TargetSelector(text: "cell/\(cell)") else {
            return carryOut(monkey.failed("there is no cell \(cell)"))
        }
        let machine = simulation.machines[index]
        oracle.kills(machine, for: lease, in: simulation.mesh, at: wall, now: simulation.now)
        simulation.membership.disturbed(now: simulation.now)
        kills += 1
        let key = Self.firstKey + kills
        let spec = FaultSpec(.process(.kill), on: [target])
        guard simulation.begin(key, spec, lasts: true, .fault(key)) else {
            simulation.end(key: key, .faultEnds(key))
            return carryOut(monkey.failed("\(cell) did not run"))
        }
        simulation.faultsFired += 1
        feed.began(key, spec, for: lease, simulation)
        held = (key, cell, simulation.now + lease)
        monkey.killed("f\(kills)", now: now)
    }

    /// The lease of a kill ends.
    private func release() {
        guard let held, simulation.now >= held.until else { return }
        self.held = nil
        simulation.membership.disturbed(now: simulation.now)
        simulation.end(key: held.key, .faultEnds(held.key))
        feed.ended(held.key, simulation)
        oracle.freed(now: simulation.now)
        freedAt = simulation.now
    }

    // MARK: Accidents

    /// Before a draw that hits, some other cell may end.
    private func crash(before draw: UInt64, at: Instant) {
        guard settings.crashes > 0, draw != crashedBefore, at > now else { return }
        crashedBefore = draw
        var dice = Generator(seed: simulation.seed, concern: "sim.monkey.crash", counter: draw)
        guard dice.unit() < settings.crashes else { return }
        let cells = simulation.mesh.filter { $0.role == .cell }
        let machine = cells[Int(dice.below(UInt64(cells.count)))]
        let begins = simulation.now + .milliseconds(Int64(dice.below(UInt64((at - now).milliseconds) + 1)))
        accidents.append((begins, machine, false))
        accidents.append((begins + .seconds(2 + Int64(dice.below(40))), machine, true))
    }

    private func suffer() {
        let due = accidents.filter { $0.at <= simulation.now }
        accidents.removeAll { $0.at <= simulation.now }
        for accident in due where accident.machine.name != held?.cell {
            simulation.membership.disturbed(now: simulation.now)
            if accident.starts { simulation.start(accident.machine) } else { simulation.kill(accident.machine) }
        }
    }
}
