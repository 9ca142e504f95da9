import Topology

/// What one place says of policies, with what is in force for it: the subject of lints. They judge what is written; a default
/// gives way by itself.
struct WrittenPolicies {
    let place: WrittenPlace
    /// For messages: "the call to 'payment'".
    let name: String
    let block: PoliciesBlock
    let marks: SettingMarks
    /// Where the place itself stands.
    let position: Position
    let inForce: PoliciesInForce
    /// Of a call.
    let edge: Edge?
    /// What is called; nil for wider places.
    let target: Service?

    init(
        place: WrittenPlace, name: String, block: PoliciesBlock?, marks: SettingMarks, position: Position,
        inForce: PoliciesInForce, edge: Edge? = nil, target: Service? = nil
    ) {
        self.place = place
        self.name = name
        // Who names a preset means its values.
        self.block = (block ?? PoliciesBlock()).expanded
        self.marks = marks
        self.position = position
        self.inForce = inForce
        self.edge = edge
        self.target = target
    }

    /// Where a key is written, else its policy.
    func at(_ key: String) -> Position {
        marks[key] ?? key.split(separator: ".").first.flatMap { marks[String($0)] } ?? position
    }

    /// Whether the target leaves it to chance how often a call is carried out.
    var isUnkeyed: Bool { target?.idempotency?.mode == .off }

    /// What the call's caller has instead of an answer.
    var hasFallback: Bool { !(edge?.fallback.isEmpty ?? true) }
}

extension LoadedBlueprint {
    /// Everything that says something of policies in this blueprint.
    ///
    /// - Parameter policies: of this blueprint.
    func written(_ policies: PolicyResolver) -> [WrittenPolicies] {
        var all = [
            WrittenPolicies(
                place: .blueprint, name: "the cell '\(blueprint.name)'", block: blueprint.policies,
                marks: marks.policies, position: marks.name, inForce: policies.cell())
        ]
        for (number, (service, places)) in zip(blueprint.services, services).enumerated() {
            all.append(
                WrittenPolicies(
                    place: .service, name: "'\(service.name)'", block: service.policies, marks: places.policies,
                    position: places.position, inForce: policies.service(number), target: service))
            for (call, (edge, mark)) in zip(service.calls, places.edges).enumerated() {
                let target = blueprint.services[edge.to]
                all.append(
                    WrittenPolicies(
                        place: .call, name: "the call to '\(target.name)'", block: edge.policies,
                        marks: mark.policies, position: mark.position,
                        inForce: policies.call(call, of: number), edge: edge, target: target))
            }
        }
        return all
    }
}
