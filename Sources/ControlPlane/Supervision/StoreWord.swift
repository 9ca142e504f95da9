import MeshBase
import Store
import Topology

/// What a control plane tells a cell of its store when it starts it, so that an empty store is taken for a new one once
/// only. It stands in the journal as `store/CELL`.
package enum StoreWord: Sendable, Equatable {
    /// The mesh is new and the cell has never said that it serves. The store that it makes has this identity.
    case founding(UInt64)
    /// The cell has served with this store: another one is a lost disk.
    case known(UInt64)

    package var arguments: [String] {
        switch self {
        case .founding(let id): ["--store-id", String(id, radix: 16), "--founding"]
        case .known(let id): ["--store-id", String(id, radix: 16)]
        }
    }

    /// `new HEX` or `HEX`.
    var text: String {
        switch self {
        case .founding(let id): "new " + String(id, radix: 16)
        case .known(let id): String(id, radix: 16)
        }
    }

    init?(text: String) {
        let isNew = text.hasPrefix("new ")
        guard let id = UInt64(isNew ? String(text.dropFirst(4)) : text, radix: 16) else { return nil }
        self = isNew ? .founding(id) : .known(id)
    }
}

extension SupervisorJournal {
    private static func key(_ name: ProcessName) -> String { "store/\(name.name)" }

    /// None of these cells has ever had a store: the mesh is new, or they are. Written before any of them may vote.
    package func found(_ cells: [CellIndex], of topology: MeshTopology) throws(StoreError) {
        try write { transaction in
            for cell in cells where topology.blueprint(of: cell).store != nil {
                try transaction.setMeta(
                    Self.key(ProcessName(.cell, topology.cells[cell.position].name)),
                    StoreWord.founding(SecretText.randomInteger()).text)
            }
        }
    }

    /// What a cell is told of its store; nil where nothing is known.
    ///
    /// - Parameter hasRun: whether the cell's directory shows that it has been running.
    static func word(
        _ name: ProcessName, in transaction: JournalTransaction, hasRun: (ProcessName) -> Bool
    ) throws -> StoreWord? {
        guard name.role == .cell, let word = try transaction.meta(key(name)).flatMap({ StoreWord(text: $0) }) else {
            return nil
        }
        // It has run although nobody was there to hear that it served: let it ask the other cells.
        if case .founding = word, hasRun(name) { return nil }
        return word
    }

    static func keep(store: String, of name: ProcessName, in transaction: JournalTransaction) throws {
        guard name.role == .cell, let id = UInt64(store, radix: 16) else { return }
        try transaction.setMeta(key(name), StoreWord.known(id).text)
    }
}
