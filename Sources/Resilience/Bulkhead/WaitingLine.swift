import DequeModule
import MeshBase

/// One that waits for a place.
public struct Waiter: Sendable, Equatable {
    /// The holder's name for it.
    public let ticket: UInt64
    /// The class in whose line it stands.
    public let priority: Priority
    /// When it began to wait.
    public let since: Instant
    /// The last instant at which a place is of use to it.
    public let until: Instant
}

/// Who waits, the more important first and first come first served within a class; bounded. O(1) but for who leaves the
/// middle of it. Memory is taken when somebody waits for the first time, never before.
struct WaitingLine: Sendable {
    private var lines = InlineArray<4, Deque<Waiter>>(repeating: Deque())
    /// How many wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// How many of one class wait.
    func count(of priority: Priority) -> Int { lines[Int(priority.rawValue)].count }

    mutating func append(_ waiter: Waiter) {
        lines[Int(waiter.priority.rawValue)].append(waiter)
        count += 1
    }

    /// Who has waited longest of one class.
    func first(of priority: Priority) -> Waiter? { lines[Int(priority.rawValue)].first }

    /// Whether one of this class would overtake somebody.
    func holds(before priority: Priority) -> Bool {
        guard count > 0 else { return false }
        for index in 0...Int(priority.rawValue) where !lines[index].isEmpty { return true }
        return false
    }

    /// The next; nil where nobody waits.
    mutating func popFirst() -> Waiter? {
        guard count > 0 else { return nil }
        for index in 0..<4 {
            if let waiter = lines[index].popFirst() {
                count -= 1
                return waiter
            }
        }
        return nil
    }

    /// Who came last of the lowest class, where that is lower than `priority`.
    mutating func popLast(below priority: Priority) -> Waiter? {
        var index = 3
        while index > Int(priority.rawValue) {
            if let waiter = lines[index].popLast() {
                count -= 1
                return waiter
            }
            index -= 1
        }
        return nil
    }

    /// Takes one out by its ticket; nil where it does not wait.
    mutating func remove(_ ticket: UInt64) -> Waiter? {
        guard count > 0 else { return nil }
        for index in 0..<4 {
            if let place = lines[index].firstIndex(where: { $0.ticket == ticket }) {
                count -= 1
                return lines[index].remove(at: place)
            }
        }
        return nil
    }
}
