import MeshBase
import Reports

extension TopList {
    /// Every customer, those that fare worst first.
    static func customers(_ model: TopModel) -> TopList {
        let columns: [Column] = [
            .init("CUSTOMER", 8, importance: 1), .init("PREDICTED", 9, importance: 3),
            .init("OBSERVED", 9, importance: 2), .init("SERVED BY", model.shape?.nameWidth ?? 9, importance: 4),
            .init("SHARD", 16, importance: 5, sortable: false),
        ]
        guard let shape = model.shape, let state = model.state else { return waiting(model, columns) }
        let customers = shape.customers
        let marks =
            state.impact.marks.flatMap { CustomerMarks.values($0, bits: 4, count: customers.count) }
            ?? [UInt8](repeating: 0, count: customers.count)
        func predicted(_ row: Int) -> CustomerMark { CustomerMark(rawValue: marks[row] & 3) ?? .unseen }
        func observed(_ row: Int) -> CustomerMark { CustomerMark(rawValue: marks[row] >> 2 & 3) ?? .unseen }
        let isTold = state.impact.marks != nil
        func shard(_ row: Int) -> [Int] { row < shape.shards.count ? shape.shards[row] : [] }
        func serving(_ row: Int) -> Int? {
            shard(row).first { cell in
                TopModel.state(cell, state).serves && state.cells.traffic(of: cell) != .none
            }
        }
        let order = customers.indices.sorted { customers[$0] < customers[$1] }
        return TopList(
            model, columns: columns, count: customers.count, id: { "c\(customers[order[$0]])" },
            match: { place in
                let row = order[place]
                let cells = shard(row).map { shape.cells[$0] }.joined(separator: " ")
                return "c\(customers[row]) \(predicted(row)) \(observed(row)) \(cells)"
            },
            trouble: { place in
                let row = order[place]
                let differs = observed(row).differs(from: predicted(row)) ? 1 : 0
                let worst = max(observed(row).rawValue, predicted(row).rawValue)
                return worst > CustomerMark.untouched.rawValue ? Int(worst) * 2 + differs : differs
            },
            key: { place, title in
                let row = order[place]
                return switch title {
                case "CUSTOMER": .number(Double(customers[row]))
                case "PREDICTED": .number(-Double(predicted(row).rawValue))
                case "OBSERVED": .number(-Double(observed(row).rawValue))
                case "SERVED BY": serving(row).map { .text(shape.cells[$0]) } ?? .unknown
                default: .unknown
                }
            },
            empty: "one by one 10 000 customers are told at most; 'cellmesh blast-radius --actual' counts all"
        ) { place in
            let row = order[place]
            func cell(_ mark: CustomerMark) -> Cell {
                guard isTold, mark != .unseen else { return Cell(isTold ? "unseen" : "untouched", .dim) }
                return Cell("\(mark)", mark == .lost ? .bad : mark == .degraded ? .warn : .plain)
            }
            let cells = shard(row).map { shape.cells[$0] }.joined(separator: " > ")
            return [
                Cell("c\(customers[row])"), cell(predicted(row)),
                isTold ? cell(observed(row)) : Cell("-", .dim),
                serving(row).map { Cell(shape.cells[$0]) } ?? Cell(shard(row).isEmpty ? "-" : "nobody", .bad),
                Cell(cells, .dim),
            ]
        }
    }
}
