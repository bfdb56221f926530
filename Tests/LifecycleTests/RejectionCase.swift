import Lifecycle
import Testing

struct RejectionCase: CustomTestStringConvertible {
    let code: RejectionCode
    var world = Scene().world
    let command: CommandEnvelope
    let message: String
    let hint: String

    init(
        _ code: RejectionCode, _ command: CommandEnvelope, in scene: Scene = Scene(),
        knowing facts: [Fact: FactValue] = [:], message: String, hint: String
    ) {
        self.code = code
        self.command = command
        self.message = message
        self.hint = hint
        world = scene.world
        for (fact, value) in facts { world.learn(fact, value) }
    }

    /// In a world that is more than a ``Scene``.
    init(
        _ code: RejectionCode, _ command: CommandEnvelope, world: World, message: String,
        hint: String
    ) {
        self.init(code, command, message: message, hint: hint)
        self.world = world
    }

    var testDescription: String { "\(code.rawValue): \(message)" }
}
