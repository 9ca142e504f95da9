/// First in, first out, up to a fixed number; memory is taken once.
struct BoundedQueue<Element>: ~Copyable {
    private let base: UnsafeMutablePointer<Element>
    let capacity: Int
    private var head = 0
    private(set) var count = 0

    /// - Parameter capacity: 0 gives a queue that is always full.
    init(capacity: Int) {
        self.capacity = max(capacity, 0)
        base = .allocate(capacity: max(capacity, 1))
    }

    deinit {
        for offset in 0..<count { (base + (head + offset) % max(capacity, 1)).deinitialize(count: 1) }
        base.deallocate()
    }

    var isEmpty: Bool { count == 0 }
    var first: Element? { count == 0 ? nil : base[head] }

    /// Whether there was room.
    mutating func push(_ element: Element) -> Bool {
        guard count < capacity else { return false }
        var place = head + count
        if place >= capacity { place -= capacity }
        (base + place).initialize(to: element)
        count += 1
        return true
    }

    mutating func pop() -> Element? {
        guard count > 0 else { return nil }
        let element = (base + head).move()
        head += 1
        if head == capacity { head = 0 }
        count -= 1
        return element
    }
}
