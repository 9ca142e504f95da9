import MeshBase
import Reports
import Sharding

extension FeedHeadline {
    /// Judges what the feed knows.
    ///
    /// - Parameters:
    ///   - names: of the cells, in the order of the columns.
    ///   - taking: cells that are to serve customers.
    ///   - drained: how many of the others no customer uses; what is left of them was evacuated.
    ///   - news: cells whose witnesses differ for so short a time that they need not have told each other yet.
    ///   - impaired: services whose answers are not whole, each as the worst of the routers has it.
    ///   - routers: as the feed has them; nil where nobody says.
    package init(
        _ cells: FeedCells, names: [String], taking: CellSet, drained: Int, news: CellSet = CellSet(),
        impaired: [PublicStatus.Service] = [], routers: [FeedRouter]? = nil
    ) {
        var (serving, known, lost) = (0, 0, 0)
        var outs: [FeedCellState: [String]] = [:]
        var troubled: [FeedCondition: [String]] = [:]
        var silent: [String] = []
        for cell in taking where cell.position < min(cells.count, names.count) {
            let state = cells.state(of: cell.position)
            if !state.isUntold(cells.process(of: cell.position)) { known += 1 }
            if state.isOut, state != .starting { lost += 1 }
            if state.serves { serving += 1 }
            let name = names[cell.position]
            if state.isOut, !state.isUntold(cells.process(of: cell.position)) { outs[state, default: []].append(name) }
            switch cells.condition(of: cell.position) ?? FeedCondition.none {
            case .none:
                // Serves with less than it should, and nobody says of what.
                if state == .degraded { troubled[.unready, default: []].append(name) }
            case .silent:
                // One that has told nothing yet has just begun; one that tells no more is news.
                if cells[.age, cell.position].value(.age) ?? 0 > 0, !state.isOut { silent.append(name) }
            case .differ where news.contains(cell): break
            case let condition where condition == .differ || !state.isOut:
                troubled[condition, default: []].append(name)
            default: break
            }
        }
        let answers: [(PublicStatus.Answers, String)] = [(.tryAgain, "refuses"), (.degraded, "answers degraded")]
        let all = routers ?? []
        let out = all.filter { $0.state.isOut && !$0.state.isUntold($0.process) }
        let partial = all.filter { $0.state == .degraded }.map(\.name)
        var why: [String] = []
        if let first = out.first {
            why.append(
                out.count == 1
                    ? "router \(first.name) \(first.state.rawValue)" : "\(out.count) of \(all.count) routers out")
        }
        why += [FeedCellState.down, .paused, .unreachable, .starting].compactMap { state in
            outs[state].map { "\(Self.some($0)) \(state.rawValue)" }
        }
        why += answers.compactMap { answers, words -> String? in
            let names = impaired.filter { $0.answers == answers }.map(\.name)
            return names.isEmpty ? nil : "\(Self.some(names)) \(words)"
        }
        why += FeedCondition.allCases.compactMap { condition in
            troubled[condition].map { "\(Self.some($0)) \(condition.phrase)" }
        }
        if !partial.isEmpty { why.append("router \(Self.some(partial)) reaches not every cell") }
        if !silent.isEmpty { why.append("no news of \(Self.some(silent))") }
        let of = taking.count
        let isSound = serving == of && troubled.isEmpty && impaired.isEmpty && out.isEmpty && partial.isEmpty
        // Cells may serve where every router is out: no request comes to them.
        let isCutOff = !all.isEmpty && out.count == all.count && out.contains { $0.state != .starting }
        // What begins is not down, and what nobody has told yet may serve.
        let isLost = of == 0 || known == of && lost > 0
        let word: Word =
            isCutOff ? .down : serving == 0 ? (isLost ? .down : .unknown) : isSound ? .serving : .degraded
        self.init(
            word: word, serving: serving, of: of, evacuated: max(min(cells.count, names.count) - of - drained, 0),
            drained: drained, why: Array(why.prefix(Self.mostReasons)))
    }

    /// The first name, and how many follow.
    private static func some(_ names: [String]) -> String {
        names.count > 1 ? "\(names[0]) and \(names.count - 1) more:" : names[0]
    }
}

extension FeedCellState {
    /// Whether nobody has told yet how a process fares: it runs by the process table, or nobody sees that, and was not heard of.
    fileprivate func isUntold(_ process: ProcessWitness) -> Bool {
        self == .unknown || self == .starting && process != .starting
    }
}

extension FeedCondition {
    /// As it is said of a cell.
    package var phrase: String {
        switch self {
        case .differ: "witnesses differ"
        case .crowded: "pool > 80 %"
        default: rawValue.replacing("-", with: " ")
        }
    }
}

extension LiveModel {
    /// A cell that starts or dies is seen by one witness after the other.
    private static let settling = TimeAmount.seconds(3)

    /// The mesh in one word, of cells that were filled in.
    mutating func headline(
        _ cells: FeedCells, _ routers: [Router], _ rows: [FeedRouter]?, now: Instant
    ) -> FeedHeadline {
        var since: [Int: Instant] = [:]
        for cell in 0..<cells.count where cells.condition(of: cell) == .differ {
            since[cell] = differing[cell] ?? now
        }
        differing = since
        let news = CellSet(since.filter { now - $0.value < Self.settling }.keys.map { CellIndex($0) })
        var worst: [String: PublicStatus.Service] = [:]
        for service in routers.flatMap({ $0.vitals.impaired ?? [] }).prefix(Self.mostRows) {
            if let known = worst[service.name], known.state >= service.state { continue }
            worst[service.name] = service
        }
        return FeedHeadline(
            cells, names: topology.cells.map(\.name), taking: use.taking, drained: use.unused.count, news: news,
            impaired: worst.values.sorted { $0.name < $1.name }, routers: rows)
    }
}
