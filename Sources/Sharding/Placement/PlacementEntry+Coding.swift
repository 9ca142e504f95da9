import MeshBase

/// An entry as bytes, for frames, stores and consensus: little-endian, of one form only, so that equal entries have
/// equal bytes. 50 bytes and a little more for each pin, each region that is left and each cell that was added or is
/// drained. A byte of each side is always 0: cells that were given up stood there before customers gave them up one by one.
extension PlacementEntry {
    /// 1 where every side is of the founding cells, as in releases before cells could be added; else 2.
    private var format: UInt8 {
        [state.inForce, state.other].contains { side in
            side.map { !$0.eligibility.added.isEmpty || !$0.eligibility.drained.isEmpty } ?? false
        } ? 2 : 1
    }

    /// The bytes of this entry.
    public var bytes: [UInt8] {
        var writer = Writer()
        writer.bytes.reserveCapacity(64 + pins.count * 40)
        let format = format
        writer.put(format)
        writer.put(UInt16(cohort))
        writer.put(version)
        for epoch in [last, epoch, move, swept] { writer.put(epoch.rawValue) }
        writer.put(state) { writer, side in
            writer.put(side.since.rawValue)
            writer.put(UInt8(side.evacuated.count))
            for region in side.evacuated { writer.put(UInt16(region)) }
            writer.put(UInt8(0))
            guard format == 2 else { return }
            for cells in [side.eligibility.added, side.eligibility.drained] {
                writer.put(UInt16(cells.count))
                for cell in cells { writer.put(cell.rawValue) }
            }
        }
        writer.put(UInt16(pins.count))
        for pin in pins {
            writer.put(pin.customer.rawValue)
            writer.put(pin.epoch.rawValue)
            writer.put(pin.move.rawValue)
            writer.put(UInt8(pin.isLeaving ? 1 : pin.isHeld ? 2 : 0))
            writer.put(pin.home)
            writer.put(pin.state) { writer, side in
                writer.put(side.since.rawValue)
                writer.put(side.shard)
            }
        }
        return writer.bytes
    }

    /// Reads an entry of a table with so many cohorts; nil for anything that `bytes` does not make.
    public init?(bytes: some Collection<UInt8>, cohorts: Int) {
        var reader = Reader(Array(bytes))
        guard let format = reader.take(UInt8.self), format == 1 || format == 2, let cohort = reader.take(UInt16.self),
            let version = reader.take(UInt64.self), let last = reader.take(UInt32.self),
            let epoch = reader.take(UInt32.self), let move = reader.take(UInt32.self),
            let swept = reader.take(UInt32.self),
            let state = reader.state(PlacementSide.self, { $0.side(format) }), let count = reader.take(UInt16.self),
            count <= Self.maximumPinCount
        else { return nil }
        self.init(cohort: Int(cohort))
        self.version = version
        self.last = Epoch(last)
        self.epoch = Epoch(epoch)
        self.move = Epoch(move)
        self.swept = Epoch(swept)
        self.state = state
        for _ in 0..<count {
            guard let customer = reader.take(UInt64.self), let epoch = reader.take(UInt32.self),
                let move = reader.take(UInt32.self), let leaving = reader.take(UInt8.self), leaving <= 2,
                let home = reader.shard(), let state = reader.state(PinSide.self, { $0.pin() })
            else { return nil }
            var pin = Pin(
                customer: CustomerHash(rawValue: customer), epoch: Epoch(epoch), move: Epoch(move), state: state,
                home: home)
            pin.isLeaving = leaving == 1
            pin.isHeld = leaving == 2
            pins.append(pin)
        }
        guard reader.isAtEnd, format == self.format, firstFault(cohorts: cohorts) == nil else { return nil }
    }

    private struct Writer {
        var bytes: [UInt8] = []

        mutating func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        mutating func put(_ shard: Shard) {
            put(UInt8(shard.count))
            for cell in shard { put(cell.rawValue) }
        }
        mutating func put<Side>(_ state: UnitState<Side>, _ body: (inout Writer, Side) -> Void) {
            put(state.phase.rawValue)
            body(&self, state.inForce)
            if let other = state.other { body(&self, other) }
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }
        var isAtEnd: Bool { at == bytes.count }

        mutating func take<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
            let size = MemoryLayout<Integer>.size
            guard bytes.count - at >= size else { return nil }
            defer { at += size }
            return bytes.withUnsafeBytes {
                Integer(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: Integer.self))
            }
        }
        mutating func shard() -> Shard? {
            guard let count = take(UInt8.self), Int(count) <= Shard.capacity else { return nil }
            var shard = Shard()
            for _ in 0..<count {
                guard let cell = take(UInt16.self), shard.append(CellIndex(cell)) else { return nil }
            }
            return shard
        }
        mutating func side(_ format: UInt8) -> PlacementSide? {
            guard let since = take(UInt32.self), let regions = take(UInt8.self) else { return nil }
            var evacuated: [Int] = []
            for _ in 0..<regions {
                guard let region = take(UInt16.self), evacuated.last.map({ $0 < Int(region) }) ?? true else {
                    return nil
                }
                evacuated.append(Int(region))
            }
            guard take(UInt8.self) == 0 else { return nil }
            var eligibility = Eligibility(evacuated: evacuated)
            if format == 2 {
                guard let count = take(UInt16.self), let added = self.cells(Int(count)),
                    let count = take(UInt16.self), let drained = self.cells(Int(count))
                else { return nil }
                eligibility = Eligibility(evacuated: evacuated, added: added, drained: drained)
            }
            return PlacementSide(since: Epoch(since), eligibility)
        }
        /// So many cells, ascending.
        private mutating func cells(_ count: Int) -> [CellIndex]? {
            var cells: [CellIndex] = []
            for _ in 0..<count {
                guard let cell = take(UInt16.self), cells.last.map({ $0.rawValue < cell }) ?? true else {
                    return nil
                }
                cells.append(CellIndex(cell))
            }
            return cells
        }
        mutating func pin() -> PinSide? {
            guard let since = take(UInt32.self), let shard = shard() else { return nil }
            return PinSide(since: Epoch(since), shard: shard)
        }
        mutating func state<Side>(
            _ type: Side.Type, _ side: (inout Reader) -> Side?
        ) -> UnitState<Side>? {
            guard let phase = take(UInt8.self).flatMap({ UnitPhase(rawValue: $0) }), let first = side(&self) else {
                return nil
            }
            switch phase {
            case .stable: return .stable(first)
            case .joint: return side(&self).map { .joint(old: first, new: $0) }
            case .new: return side(&self).map { .new(first, previous: $0) }
            }
        }
    }
}
