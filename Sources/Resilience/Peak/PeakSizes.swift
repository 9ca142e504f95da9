/// Sizes of one service, usual or of a peak (C32).
public struct PeakSizes: Sendable, Equatable {
    /// Of the pool; at least 1 when in force.
    public var workers: Int
    /// Places in front of the pool.
    public var queue: Int
    /// To what it calls.
    public var connections: Int
    /// Bytes.
    public var memory: Int
    /// Of the machine, 0...1; zero: not given.
    public var processor: Double

    /// Sizes at once; the processor as a share of one, 0...1, memory in bytes.
    public init(workers: Int, queue: Int = 0, connections: Int = 0, memory: Int = 0, processor: Double = 0) {
        self.workers = workers
        self.queue = queue
        self.connections = connections
        self.memory = memory
        self.processor = processor
    }

    /// Of the way to others, in tenths; everything together, so that no pool grows without its memory.
    ///
    /// - Parameter step: 0...10.
    public func toward(_ peak: PeakSizes, step: Int) -> PeakSizes {
        PeakSizes(
            workers: Self.between(workers, peak.workers, step), queue: Self.between(queue, peak.queue, step),
            connections: Self.between(connections, peak.connections, step),
            memory: Self.between(memory, peak.memory, step),
            processor: processor + (peak.processor - processor) * Double(step) / 10)
    }

    /// One size of the way to another, in tenths. Towards the smaller: of a sum that is bounded, no step is above both of its ends.
    ///
    /// - Parameter step: 0...10.
    public static func between(_ from: Int, _ to: Int, _ step: Int) -> Int {
        let step = min(max(step, 0), 10)
        // First the tenth, then the steps, would lose up to ten; memory times ten fits.
        let way = to.subtractingReportingOverflow(from).partialValue.multipliedReportingOverflow(by: step)
        guard !way.overflow else { return step == 10 ? to : from }
        var share = way.partialValue / 10
        if way.partialValue < 0, share * 10 != way.partialValue { share -= 1 }
        return from + share
    }

    /// Sizes of a shop at a peak.
    public static let search = PeakSizes(workers: 200, connections: 50, memory: 2 << 30, processor: 0.25)
    /// As for an order service at a peak.
    public static let order = PeakSizes(workers: 150, connections: 75, memory: 4 << 30, processor: 0.3)
    /// As for a payment service at a peak.
    public static let payment = PeakSizes(workers: 100, connections: 100, memory: 3 << 30, processor: 0.25)
    /// As for an inventory service at a peak.
    public static let inventory = PeakSizes(workers: 75, connections: 25, memory: 1 << 30, processor: 0.2)
}
