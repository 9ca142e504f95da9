import MeshBase
import Reports

/// Something that is done to the mesh from the screen.
package struct TopAction: Sendable, Equatable {
    /// As of `PredictionRequest`.
    package var kind: PredictionRequest.Action
    /// What people call it: a cell, a region, a fault.
    package var name: String
    /// As the API names them.
    package var targets: [String]
    /// Nil for none.
    package var options: PredictionRequest.Options?

    package init(
        _ kind: PredictionRequest.Action, _ name: String, targets: [String],
        options: PredictionRequest.Options? = nil
    ) {
        self.kind = kind
        self.name = name
        self.targets = targets
        self.options = options
    }

    /// As long as nobody says otherwise a pause and a fault end by themselves.
    package static let lease: Int64 = 300_000

    /// What is to be predicted.
    package var request: PredictionRequest {
        PredictionRequest(action: kind.rawValue, targets: targets, options: options)
    }

    /// Where it is posted, and its body.
    package func post(prediction: String) -> (path: String, body: [UInt8]) {
        switch kind {
        case .kill, .pause, .resume, .restart:
            var body = ActionRequest(targets: targets, leaseMilliseconds: options?.lease)
            body.prediction = prediction
            return ("/v1/\(kind.rawValue)", ReportJSON.encode(body))
        case .fault, .partition:
            var body = FaultAddition(kind: options?.kind ?? kind.rawValue, targets: targets)
            body.isOneWay = options?.isOneWay
            body.delay = options?.delay
            body.jitter = options?.jitter
            body.distribution = options?.distribution
            body.rate = options?.rate
            body.bandwidth = options?.bandwidth
            body.status = options?.status
            body.lease = options?.lease
            body.prediction = prediction
            return ("/v1/faults/add", ReportJSON.encode(body))
        case .heal:
            var body = FaultRemoval(ids: targets)
            body.prediction = prediction
            return ("/v1/faults/remove", ReportJSON.encode(body))
        case .evacuate, .restore:
            var body = EvacuationBody(kind.rawValue, region: name)
            body.confirm = name
            body.prediction = prediction
            return ("/v1/evacuations", ReportJSON.encode(body))
        case .breaker, .degrade:
            let isBreaker = kind == .breaker
            let changes = targets.map { target in
                SettingsBody.Change(
                    kind: isBreaker ? "breaker" : "level", name: isBreaker ? target : nil,
                    scope: isBreaker ? nil : target, value: options?.value, lease: options?.lease)
            }
            return ("/v1/settings", ReportJSON.encode(SettingsBody(changes, prediction: prediction)))
        case .drill: return ("/v1/drills", ReportJSON.encode(DrillChange(drill: name, prediction: prediction)))
        }
    }

    /// What it is, as a sentence begins: `kill us-east-1`.
    package var title: String {
        switch kind {
        case .fault: "inject \(options?.kind ?? "a fault") at \(targets.joined(separator: " "))"
        case .breaker: "\(options?.value == "closed" ? "close" : "hold open") \(name)"
        default: "\(kind.rawValue) \(name)"
        }
    }

    /// What it is like once it is done.
    var past: String {
        switch kind {
        case .kill: "\(name) was killed"
        case .pause: "\(name) was paused; it goes on by itself after 5 min"
        case .resume: "\(name) goes on"
        case .restart: "\(name) starts"
        case .fault, .partition: "\(options?.kind ?? kind.rawValue) is in force"
        case .heal: "\(name) was healed"
        case .evacuate: "the evacuation of \(name) has begun"
        case .restore: "the restore of \(name) has begun"
        case .breaker: options?.value == "closed" ? "\(name) is closed" : "\(name) is held open for 5 min"
        case .drill: "the drill \(name) begins"
        case .degrade: "\(name) is at level \(options?.value ?? "auto")"
        }
    }
}

/// A line that is being typed.
package struct TopPrompt: Sendable, Equatable {
    package enum Kind: Sendable, Equatable { case filter, command, fault }
    package var kind: Kind
    package var text: String
    /// Why it was not taken.
    package var problem: String?

    package init(_ kind: Kind, _ text: String = "") {
        self.kind = kind
        self.text = text
    }
}

/// An action that was asked for, what it would do, and what is being answered.
package struct TopQuestion: Sendable, Equatable {
    package var action: TopAction
    /// Nil while it is being made.
    package var prediction: PredictionReport?
    /// When it was made.
    package var predictedAt: Instant?
    /// What there is to say beside.
    package var note: String
    /// Towards the word.
    package var typed = ""
    /// It is being done.
    package var isBusy = false
    /// Since when it is known that it will not be done; nil while it may be.
    package var closedAt: Instant?

    init(_ action: TopAction) {
        self.action = action
        note = "asking what it would do"
    }
}

/// What the screen wants done.
package enum TopOrder: Sendable, Equatable {
    case quit
    /// Ask what the action would do; the answer goes to `take(prediction:of:)`.
    case predict(TopAction)
    /// Do it, as it was predicted; the answer goes to `took(_:of:)`.
    case act(TopAction, prediction: String)
    /// End what is injected and refuse more, or take that back; without a question.
    case halt(release: Bool)
    /// A command of this program, with the terminal for itself.
    case run([String])
    /// Another period, or another cell's details: the feed has to be asked so.
    case follow
    /// Draw everything anew.
    case redraw
}
