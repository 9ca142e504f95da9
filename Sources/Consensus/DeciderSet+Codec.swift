import MeshBase

extension DeciderSet {
    private static let format: UInt8 = 1

    /// As the value of the decree `deciders`: format, number of sides, epoch, and each side as a count and its members
    /// (cell, store). Equal sets have equal bytes.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = [DeciderSet.format]
        bytes.reserveCapacity(8 + 10 * members.count * 2)
        bytes.append(isJoint ? 2 : 1)
        bytes.append(littleEndian: epoch.rawValue)
        switch phase {
        case .stable(let side): DeciderSet.append(side, to: &bytes)
        case .joint(let before, let after):
            DeciderSet.append(before, to: &bytes)
            DeciderSet.append(after, to: &bytes)
        }
        return bytes
    }

    /// Nil for anything that `encoded` does not give.
    public init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        self.init(from: &reader)
        guard reader.isAtEnd else { return nil }
    }

    init?(from reader: inout ByteReader) {
        guard reader.integer(UInt8.self) == DeciderSet.format, let sides = reader.integer(UInt8.self),
            sides == 1 || sides == 2, let epoch = reader.integer(UInt32.self),
            let first = DeciderSet.side(from: &reader)
        else { return nil }
        var phase = Phase.stable(first)
        if sides == 2 {
            guard let second = DeciderSet.side(from: &reader) else { return nil }
            phase = .joint(first, second)
        }
        self.init(epoch: Epoch(epoch), phase: phase)
        // Members in another order make an equal set of other bytes, and values are compared by their bytes.
        guard self.phase == phase else { return nil }
    }

    private static func append(_ side: [Decider], to bytes: inout [UInt8]) {
        bytes.append(UInt8(side.count))
        for decider in side {
            bytes.append(littleEndian: decider.cell.rawValue)
            bytes.append(littleEndian: decider.store)
        }
    }

    private static func side(from reader: inout ByteReader) -> [Decider]? {
        guard let count = reader.integer(UInt8.self), count <= sideLimit else { return nil }
        var side: [Decider] = []
        for _ in 0..<count {
            guard let cell = reader.integer(UInt16.self), let store = reader.integer(UInt64.self) else { return nil }
            side.append(Decider(cell: CellIndex(cell), store: store))
        }
        return side
    }
}
