//! The WebAssembly side of the npm package `kubewire`: wrappers around the core, and no logic of their own.
//!
//! No object crosses the border, and no JSON but the API's own. What is desired goes in field by field, so that nothing can be slipped
//! in between two of them. What is to be done comes out as a table of numbers, some of which say where in memory a text lies: see
//! [`Run::poll`]. Functions are few, since each costs some 150 bytes of the file as it is shipped.

// Elsewhere it is built to be checked alone, and there a library needs std's allocator.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod conversation;
mod error;
mod fields;
mod parts;
mod run;
mod shared;

pub use crate::conversation::Way;
pub use crate::shared::Core;
pub use fields::Fields;
pub use parts::{Act, Slot, Trusted};
pub use run::{Run, Sign};

#[cfg(target_arch = "wasm32")]
mod bare {
    //! What std would bring, and its formatting of panics with it: a fifth of the file.

    #[global_allocator]
    static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

    /// The core does not panic on any input; should it, the instance ends here, as it would with std.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
