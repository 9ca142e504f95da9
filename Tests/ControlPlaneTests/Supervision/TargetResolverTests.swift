import Testing

@testable import ControlPlane

@Suite("Targets")
struct TargetResolverTests {
    private let resolver = TargetResolver(Sample.topology)

    @Test("Bare and typed names, regions and the control plane are found")
    func found() throws {
        #expect(try resolver.resolve("eu-1") == [Sample.eu1])
        #expect(try resolver.resolve("cell/eu-1") == [Sample.eu1])
        #expect(try resolver.resolve("r1") == [Sample.r1])
        #expect(try resolver.resolve("router/r1") == [Sample.r1])
        #expect(try resolver.resolve("region/us") == [Sample.us1, Sample.us2])
        #expect(try resolver.resolve("control") == [.control])
        #expect(try resolver.resolve(["us-2", "region/us", "r1"]) == [Sample.us2, Sample.us1, Sample.r1])
    }

    @Test(
        "What is not found is answered with what is near",
        arguments: [
            ("eu-11", "eu-1"), ("router/eu-1", "router/r1"), ("cell/eu1", "cell/eu-1"), ("eu", "region/eu"),
            ("contrl", "control"), ("", "there are"), ("rgion/us", "region/us"),
        ])
    func unknown(_ target: String, _ hint: String) {
        do {
            _ = try resolver.resolve([target])
            Issue.record("\(target) was found")
        } catch { #expect(error.description.contains(hint), "\(error)") }
    }
}
