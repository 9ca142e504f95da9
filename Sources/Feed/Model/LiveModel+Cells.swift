import MeshBase
import Reports

extension LiveModel {
    /// One row of the columns.
    func fill(_ cell: Int, _ cells: inout FeedCells, _ routers: [Router], now: Instant) {
        var sight = looked.map { isFresh($0, now) } ?? false ? sights[cell] : CellSight()
        let told = told[cell]
        let vitals = told.flatMap { isFresh($0.at, now) ? $0.vitals : nil }
        let traffic = traffic(cell, sight, routers)
        let state = Self.state(sight, traffic, hasTold: vitals != nil)
        if sight.named == nil { sight.named = named(cell, routers)?.condition }
        var condition = Self.condition(state, sight, traffic, vitals)
        // Before each has been asked once, what one witness says stands against one that has not been heard.
        if condition == .differ, told == nil, begun.map({ now - $0 < silence }) ?? true { condition = .silent }
        cells[.state, cell] = Self.position(of: state, .state)
        cells[.process, cell] = Self.position(of: sight.process, .process)
        cells[.gossip, cell] = Self.position(of: sight.gossip, .gossip)
        cells[.traffic, cell] = Self.position(of: traffic, .traffic)
        cells[.condition, cell] = Self.position(of: condition, .condition)
        fillTraffic(cell, &cells, routers)
        if let told {
            let age = now - told.at
            cells[.age, cell] = FeedFigure(age <= silence ? 0 : Int(age.seconds), .age)
        }
        guard let vitals, let told else { return }
        cells[.util, cell] = FeedFigure(vitals.utilisation, .util)
        cells[.waiting, cell] = FeedFigure(
            vitals.waiting ?? vitals.pools.map { $0.reduce(0) { $0 + $1.waiting } }, .waiting)
        cells[.lag, cell] = FeedFigure(vitals.loopLag, .lag)
        guard let change = told.window.change else { return }
        cells[.shed, cell] = FeedFigure(change.rate(0), .shed)
        let (calls, attempts) = (Double(change[1]), Double(change[2]))
        if attempts > 0 { cells[.retry, cell] = FeedFigure(max(attempts - calls, 0) / attempts, .retry) }
    }

    /// What the routers saw of it.
    private func fillTraffic(_ cell: Int, _ cells: inout FeedCells, _ routers: [Router]) {
        var rate: Double?
        var attempts = 0.0
        var failed = 0.0
        var busiest: (attempts: UInt64, p50: Double)?
        var worst: Double?
        for router in routers {
            guard let change = router.window.change, let columns = router.vitals.cells else { continue }
            let here = change[RouterCounter.attempts(of: cell)]
            rate = (rate ?? 0) + change.rate(RouterCounter.attempts(of: cell))
            attempts += Double(here)
            failed += Double(change[RouterCounter.failed(of: cell)])
            guard here > 0 else { continue }
            if cell < columns.p50.count, let p50 = columns.p50[cell], here >= busiest?.attempts ?? 0 {
                busiest = (here, Double(p50) / 1_000)
            }
            if cell < columns.p99.count, let p99 = columns.p99[cell] {
                worst = max(worst ?? 0, Double(p99) / 1_000)
            }
        }
        cells[.rps, cell] = FeedFigure(rate, .rps)
        cells[.err, cell] = FeedFigure(attempts > 0 ? min(failed / attempts, 1) : nil, .err)
        cells[.p50, cell] = FeedFigure(busiest?.p50, .p50)
        cells[.p99, cell] = FeedFigure(worst, .p99)
    }

    private func traffic(_ cell: Int, _ sight: CellSight, _ routers: [Router]) -> TrafficWitness {
        guard !routers.isEmpty else { return .unknown }
        let name = topology.cells[cell].name
        let reaching = routers.count { router in
            guard let address = router.vitals.reached[name] else { return false }
            return sight.address.map { $0 == address } ?? true
        }
        return reaching == routers.count ? .reached : reaching > 0 ? .partly : .none
    }

    /// What a cell is called: what it has forgotten is the control plane's to see, all else the routers'.
    private func named(_ cell: Int, _ routers: [Router]) -> CellAnimal? {
        let name = topology.cells[cell].name
        let animals = routers.compactMap { $0.vitals.named?[name] }
        // Which of several most say, the first as listed of equals.
        let most = CellAnimal.allCases.max { a, b in
            animals.count { $0 == a } < animals.count { $0 == b }
        }
        if let most, animals.contains(most) { return most }
        return forgetful.names(cell) ? .amnesiac : nil
    }

    /// The state that is told, unless nobody has seen the cell serve.
    static func state(_ sight: CellSight, _ traffic: TrafficWitness, hasTold: Bool) -> FeedCellState {
        guard let told = sight.state else { return .unknown }
        let state = FeedCellState(told)
        let isSeen = hasTold || traffic == .reached || traffic == .partly
        return state.serves && !isSeen ? .unknown : state
    }

    static func condition(
        _ state: FeedCellState, _ sight: CellSight, _ traffic: TrafficWitness, _ vitals: CellVitals?
    ) -> FeedCondition {
        // Why they differ, where somebody knows.
        if let named = sight.named, !state.isOut || sight.process == .running { return named }
        if CellSight.differ(sight.process, sight.gossip, traffic) { return .differ }
        // Of what is out there is nothing to be told.
        if state.isOut || state == .drained { return sight.named ?? .none }
        guard let vitals else { return .silent }
        if traffic == .partly { return .partly }
        let condition = vitals.condition
        if condition?.storeBroken == true { return .storeBroken }
        if vitals.isStoreFull { return .storeFull }
        if state == .refilling || condition?.store == "refilling" || condition?.store == "accepted" {
            return .refilling
        }
        if condition?.ready == false { return .unready }
        if vitals.utilisation > 0.8 { return .crowded }
        if let level = condition?.level, level != "normal" { return .reduced }
        if let health = condition?.health, health != "healthy" { return .unhealthy }
        return .none
    }

    private static func position<Word: CaseIterable & Equatable>(of word: Word, _ field: FeedField) -> FeedFigure {
        FeedFigure(Array(Word.allCases).firstIndex(of: word), field)
    }
}
