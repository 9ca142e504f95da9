import Testing
import Topology

@testable import Blueprints

extension LintTests {
    private static let full = "{mode: full, work: {wait: {p50: 600ms, p99: 600ms}}}"

    /// `b` with a best way of 600 ms and one of 500 ms behind it.
    private static let ladder =
        "ladder: [\(full), {mode: popular, when: {inference: 500ms}, work: {wait: {p50: 500ms, p99: 500ms}}}, "
        + "{mode: static, when: {cpu: 90%}}]"

    static let limits = [
        Case(
            .attemptAboveTimeout, call("timeout: 1s, attempt-timeout: §1001ms"),
            good: call("timeout: 1s, attempt-timeout: 1s")),
        Case(
            .attemptAboveTimeout, service("attempt-timeout: §1m"), good: service("attempt-timeout: 1s"),
            mesh: minimal()),
        Case(
            .slowAboveTimeout, call("timeout: 1s, breaker: {slow-after: §1s}"),
            good: call("timeout: 1s, breaker: {slow-after: 900ms}")),
        Case(
            .slowAboveTimeout, call("timeout: §1s", b: "breaker: {slow-after: 2s}"),
            good: call("timeout: 1s", b: "breaker: {slow-after: 900ms}")),
        Case(
            .slowAboveTimeout, service("breaker: {slow-after: §1s}"), good: service("breaker: {slow-after: 900ms}"),
            mesh: minimal()),
        Case(
            .ladderAboveTimeout, call("timeout: §599ms", b: ladder), good: call("timeout: 1100ms", b: ladder)),
        Case(
            .ladderAboveTimeout, call("timeout: 2s, attempt-timeout: §1s", b: ladder),
            good: call("timeout: 2s, attempt-timeout: 1s, policies: {off: [ladder]}", b: ladder)),
        Case(
            .ladderAboveTimeout, service(ladder).replacing("name: a", with: "name: §a"),
            good: service("attempt-timeout: 1100ms, \(ladder)"), mesh: minimal()),
    ]

    /// Each names both places that are at odds.
    @Test(arguments: [
        (call("timeout: 1s, attempt-timeout: 2s"), ["'attempt-timeout' is 2s", "'timeout'", "in line 5"]),
        (
            call("timeout: 1s", b: "breaker: {slow-after: 2s}"),
            ["'breaker.slow-after' of the service in line 6 is 2s", "'timeout' of the call"]
        ),
        (
            call("timeout: 1s", b: "attempt-timeout: 500ms, \(ladder)"),
            ["'full' of 'b' ('ladder' in line 6)", "'attempt-timeout' of 'b' in line 6"]
        ),
    ]) func namesBoth(_ blueprint: String, _ parts: [String]) {
        let codes: Set<ProblemCode> = [.attemptAboveTimeout, .slowAboveTimeout, .ladderAboveTimeout]
        let found = Self.problems(blueprint, nil).problems.filter { codes.contains($0.code) }
        #expect(found.count == 1 && parts.allSatisfy { found.first?.message.contains($0) == true }, "\(found)")
    }
}
