/// A growing byte queue with one owner: bytes are appended at the end and consumed from the front.
///
/// Memory is raw and never zeroed; it grows by doubling and is kept for reuse. A buffer has no bound of its own: the
/// holder compares `count` with its limit before it appends.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer
    public private(set) var capacity: Int
    @usableFromInline var head = 0
    @usableFromInline var tail = 0

    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 16)
        base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    @inlinable public var count: Int { tail - head }
    @inlinable public var isEmpty: Bool { tail == head }

    /// The unread bytes; valid until the next mutation.
    @inlinable public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + head, count: tail - head)
    }
    /// The unread bytes, writable in place; valid until the next mutation.
    @inlinable public var mutableBytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base + head, count: tail - head)
    }

    /// Room for at least `count` more bytes; follow with `commit` of what was filled in.
    @inlinable public mutating func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if capacity - tail < count { makeRoom(count) }
        return UnsafeMutableRawBufferPointer(start: base + tail, count: capacity - tail)
    }
    @inlinable public mutating func commit(_ count: Int) {
        precondition(count >= 0 && tail + count <= capacity)
        tail += count
    }

    @inlinable public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= tail - head)
        head += count
        if head == tail {
            head = 0
            tail = 0
        }
    }
    /// Drops bytes from the end, down to `count` unread ones.
    @inlinable public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= tail - head)
        tail = head + count
    }
    @inlinable public mutating func removeAll() {
        head = 0
        tail = 0
    }
    /// Gives memory back when the buffer is empty and grew beyond `limit`.
    public mutating func shrink(beyond limit: Int) {
        guard isEmpty, capacity > limit else { return }
        base.deallocate()
        capacity = max(limit, 16)
        base = .allocate(byteCount: capacity, alignment: 16)
        head = 0
        tail = 0
    }

    @inlinable public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if capacity - tail < bytes.count { makeRoom(bytes.count) }
        (base + tail).copyMemory(from: source, byteCount: bytes.count)
        tail += bytes.count
    }
    @inlinable public mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }
    @inlinable public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
    @inlinable public mutating func append(byte: UInt8) {
        if capacity == tail { makeRoom(1) }
        base.storeBytes(of: byte, toByteOffset: tail, as: UInt8.self)
        tail += 1
    }
    /// Appends an integer in little-endian order.
    @inlinable public mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        let size = MemoryLayout<Integer>.size
        if capacity - tail < size { makeRoom(size) }
        (base + tail).storeBytes(of: value.littleEndian, as: Integer.self)
        tail += size
    }
    /// Appends the decimal digits of a number.
    public mutating func append(decimal value: UInt64) {
        if capacity - tail < 20 { makeRoom(20) }
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        rest = value
        for position in stride(from: tail + digits - 1, through: tail, by: -1) {
            base.storeBytes(of: UInt8(48 + rest % 10), toByteOffset: position, as: UInt8.self)
            rest /= 10
        }
        tail += digits
    }

    /// Overwrites four bytes at an offset of the unread bytes, for lengths known only at the end.
    @inlinable public mutating func overwrite(littleEndian value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= count)
        (base + head + offset).storeBytes(of: value.littleEndian, as: UInt32.self)
    }

    @usableFromInline mutating func makeRoom(_ needed: Int) {
        let used = tail - head
        if head > 0, capacity - used >= needed, head >= capacity / 2 {
            base.copyMemory(from: base + head, byteCount: used)
        } else {
            let grown = max(capacity * 2, used + needed)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
            moved.copyMemory(from: base + head, byteCount: used)
            base.deallocate()
            base = moved
            capacity = grown
        }
        head = 0
        tail = used
    }
}
