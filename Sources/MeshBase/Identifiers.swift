/// The position of a cell in its topology; stable for the life of one placement epoch.
public struct CellIndex: Hashable, Comparable, Sendable, Codable {
    public var rawValue: UInt16
    @inlinable public init(_ rawValue: UInt16) { self.rawValue = rawValue }
    @inlinable public init(_ position: Int) { self.rawValue = UInt16(position) }
    @inlinable public var position: Int { Int(rawValue) }
    @inlinable public static func < (a: CellIndex, b: CellIndex) -> Bool { a.rawValue < b.rawValue }
}

/// A number of the placement; each change of any shard's membership has a new, higher one.
public struct Epoch: Hashable, Comparable, Sendable, Codable {
    public var rawValue: UInt32
    @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable public static func < (a: Epoch, b: Epoch) -> Bool { a.rawValue < b.rawValue }
    public static let first = Epoch(1)
}

/// The stable hash of a customer's name.
public struct CustomerHash: Hashable, Sendable, Codable {
    public var rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable public init(_ name: UnsafeRawBufferPointer) { rawValue = StableHash.hash(name) }
    public init(_ name: String) { rawValue = StableHash.hash(name) }
}

/// What a process of the mesh is.
public enum NodeRole: UInt8, Sendable, Codable, CaseIterable {
    case cell = 1
    case router = 2
    case control = 3

    public var name: String {
        switch self {
        case .cell: "cell"
        case .router: "router"
        case .control: "control"
        }
    }
}
