import MeshBase

/// Finds a pin by its customer in one or two probes: open addressing over the hash, at most half full.
struct PinIndex: Sendable {
    private var keys: [UInt64] = []
    /// The position in the table's pins, or -1 where the entry is free.
    private var positions: [Int32] = []
    private var mask = 0

    init(_ pins: [PlacementTable.Pin]) {
        guard !pins.isEmpty else { return }
        var size = 16
        while size < pins.count * 2 { size *= 2 }
        keys = Array(repeating: 0, count: size)
        positions = Array(repeating: -1, count: size)
        mask = size - 1
        for (number, pin) in pins.enumerated() {
            var entry = start(pin.customer)
            while positions[entry] >= 0 { entry = (entry + 1) & mask }
            keys[entry] = pin.customer.rawValue
            positions[entry] = Int32(number)
        }
    }

    @inline(__always) var isEmpty: Bool { positions.isEmpty }

    func position(of customer: CustomerHash) -> Int? {
        guard !positions.isEmpty else { return nil }
        var entry = start(customer)
        while positions[entry] >= 0 {
            if keys[entry] == customer.rawValue { return Int(positions[entry]) }
            entry = (entry + 1) & mask
        }
        return nil
    }

    private func start(_ customer: CustomerHash) -> Int { Int(truncatingIfNeeded: customer.rawValue) & mask }
}
