import MeshBase

/// Something that happened in the mesh, as the control plane saw it.
package struct JournalEvent: Sendable, Equatable {
    /// Given by the journal, rising; 0 before that.
    package var id: Int64
    /// Nanoseconds since 1970, UTC.
    package var time: Int64
    /// What it concerns: `member`, `probe`, `fault`, `process`, `placement`, `evacuation`.
    package var type: String
    package var action: String
    /// The id of the thing: a cell, a lease, a customer.
    package var subject: String
    /// A JSON object.
    package var attributes: String

    package init(
        id: Int64 = 0, time: Int64, type: String, action: String, subject: String, attributes: String = "{}"
    ) {
        self.id = id
        self.time = time
        self.type = type
        self.action = action
        self.subject = subject
        self.attributes = attributes
    }
}

/// A process that the mesh started. The start time tells it from a later process that was given the same pid.
package struct JournalProcess: Sendable, Equatable {
    package struct Address: Sendable, Equatable {
        /// What listens there: `mesh`, `gossip`, `admin`, `http`.
        package var purpose: String
        package var endpoint: Endpoint

        package init(purpose: String, endpoint: Endpoint) {
            self.purpose = purpose
            self.endpoint = endpoint
        }
    }
    package var pid: Int32
    /// Clock ticks since boot, field 22 of `/proc/PID/stat`.
    package var startTime: UInt64
    package var name: String
    package var role: NodeRole
    package var addresses: [Address]

    package init(pid: Int32, startTime: UInt64, name: String, role: NodeRole, addresses: [Address] = []) {
        self.pid = pid
        self.startTime = startTime
        self.name = name
        self.role = role
        self.addresses = addresses
    }
}

/// An injected fault and when it ends by itself, whoever is still there to end it.
package struct FaultLease: Sendable, Equatable {
    package var id: String
    /// The fault, as the chaos model names it.
    package var kind: String
    /// The cell, link, zone or region that it strikes.
    package var target: String
    /// A JSON object.
    package var parameters: String
    /// Nanoseconds since 1970, UTC.
    package var createdAt: Int64
    package var expiresAt: Int64

    package init(
        id: String, kind: String, target: String, parameters: String = "{}", createdAt: Int64, expiresAt: Int64
    ) {
        self.id = id
        self.kind = kind
        self.target = target
        self.parameters = parameters
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What the control plane is about to do to a process, written down before it is done: after a crash its successor
/// finishes it or takes it back (a paused process must not stay paused because its supervisor died).
package struct ProcessIntent: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable {
        case start, stop, kill, pause
    }
    package var id: String
    package var action: Action
    /// The node's name; with `start` the process does not exist yet.
    package var name: String
    /// 0 with `start`.
    package var pid: Int32
    package var startTime: UInt64
    /// Nanoseconds since 1970, UTC.
    package var createdAt: Int64
    /// When a pause ends, or when a kill or a stop must be looked into.
    package var expiresAt: Int64

    package init(
        id: String, action: Action, name: String, pid: Int32 = 0, startTime: UInt64 = 0, createdAt: Int64,
        expiresAt: Int64
    ) {
        self.id = id
        self.action = action
        self.name = name
        self.pid = pid
        self.startTime = startTime
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
