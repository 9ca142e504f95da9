import MeshBase

/// What is usual for one layer or one kind of target, where nobody has measured.
public enum LayerTimeouts {
    /// A layer that a request comes through.
    public enum Layer: UInt8, Sendable, CaseIterable {
        case memory, packet, disk, tcpConnect, httpConnect, httpRead, query, apiCall, batch, session, payment, order
        case contract, unknown
    }

    /// What something is that is called.
    public enum Target: UInt8, Sendable, CaseIterable {
        case database, externalAPI, internalService, other
    }

    /// Of a layer: from 100 ns of memory to the day of an order.
    public static func limit(_ layer: Layer) -> TimeAmount {
        switch layer {
        case .memory: .nanoseconds(100)
        case .packet: .milliseconds(1)
        case .disk: .milliseconds(5)
        case .tcpConnect: .seconds(1)
        case .httpConnect: .seconds(3)
        case .httpRead: .seconds(30)
        case .query: .seconds(5)
        case .apiCall: .seconds(10)
        case .batch: .seconds(300)
        case .session: .seconds(1_800)
        case .payment: .seconds(180)
        case .order: .seconds(86_400)
        case .contract: .seconds(14_400)
        case .unknown: .seconds(10)
        }
    }

    /// Of a target.
    public static func limit(_ target: Target) -> TimeAmount {
        switch target {
        case .database: .seconds(5)
        case .externalAPI: .seconds(10)
        case .internalService: .seconds(3)
        case .other: .seconds(5)
        }
    }

    /// What all steps of a way need, one after the other, with a fifth on top.
    public static func endToEnd(_ steps: [TimeAmount]) -> TimeAmount {
        steps.reduce(.zero, +) / 1_000 * 1_200
    }
}
