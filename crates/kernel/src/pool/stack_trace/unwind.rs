//! From a copy of a stack to the addresses of its frames.
//!
//! The tables are those that panics unwind by (`.eh_frame`), as the loader has them in memory: they
//! say for each instruction where its caller's registers lie. The loader lists the objects, with its
//! lock held meanwhile, so that none goes away while its table is read. The stack is read from the
//! copy alone, and what is not in the copy ends the walk: so it ends at a fiber's base.

use std::ffi::c_void;
use std::{ptr, slice};

use gimli::{
    BaseAddresses, CfaRule, EhFrame, EhFrameHdr, EndianSlice, Evaluation, EvaluationResult,
    NativeEndian, Pointer, Register, RegisterRule, UnwindContext, UnwindExpression, UnwindSection,
    Value,
};

/// How many registers have a number that the tables use.
#[cfg(target_arch = "x86_64")]
pub(super) const REGISTERS: usize = 17;
#[cfg(target_arch = "aarch64")]
pub(super) const REGISTERS: usize = 32;

#[cfg(target_arch = "x86_64")]
const STACK_POINTER: usize = 7;
#[cfg(target_arch = "aarch64")]
const STACK_POINTER: usize = 31;

/// Where code may lie; above it arm64 signs return addresses.
const ADDRESSES: u64 = (1 << 48) - 1;

/// More than that tell nothing.
const FRAMES: usize = 128;

type Slice<'a> = EndianSlice<'a, NativeEndian>;

/// A thread as it was at one instruction.
pub(super) struct Snapshot {
    pub(super) registers: [u64; REGISTERS],
    pub(super) pc: u64,
    /// Where the copy of its stack was taken from.
    pub(super) start: u64,
    pub(super) bytes: Box<[u8]>,
}

impl Snapshot {
    fn word(&self, address: u64) -> Option<u64> {
        let offset = usize::try_from(address.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(offset..offset.checked_add(8)?)?;
        Some(u64::from_ne_bytes(bytes.try_into().ok()?))
    }
}

/// The registers of a frame, as far as they are known.
#[derive(Clone)]
struct Frame {
    registers: [Option<u64>; REGISTERS],
    /// Of the instruction to look up: in a frame that called another, the call.
    pc: u64,
}

/// Addresses of instructions, innermost first.
pub(super) fn frames(snapshot: &Snapshot) -> Vec<usize> {
    let mut frame = Frame { registers: snapshot.registers.map(Some), pc: snapshot.pc };
    let mut context = UnwindContext::new();
    let mut found = Vec::new();
    while found.len() < FRAMES && frame.pc != 0 {
        found.push(frame.pc as usize);
        let mut caller = None;
        with_object(frame.pc, &mut |object| {
            caller = object.caller(snapshot, &frame, &mut context);
        });
        let Some(caller) = caller else { break };
        frame = caller;
    }
    found
}

/// The tables of a program or library, while the loader keeps it.
struct Object<'a> {
    table: &'a [u8],
    table_at: u64,
    /// Segments as they are mapped.
    segments: &'a [(u64, &'a [u8])],
}

impl Object<'_> {
    /// The frame that called `frame`; none where it cannot be told.
    fn caller(
        &self,
        snapshot: &Snapshot,
        frame: &Frame,
        context: &mut UnwindContext<usize>,
    ) -> Option<Frame> {
        let bases = BaseAddresses::default().set_eh_frame_hdr(self.table_at);
        let table = EhFrameHdr::new(self.table, NativeEndian).parse(&bases, 8).ok()?;
        let Pointer::Direct(entries_at) = table.eh_frame_ptr() else { return None };
        let entries = self.segments.iter().find_map(|(start, bytes)| {
            let offset = usize::try_from(entries_at.checked_sub(*start)?).ok()?;
            bytes.get(offset..)
        })?;
        let bases = bases.set_eh_frame(entries_at);
        let entries = EhFrame::new(entries, NativeEndian);
        let entry = table
            .table()?
            .fde_for_address(&entries, &bases, frame.pc, EhFrame::cie_from_offset)
            .ok()?;
        let row = entry.unwind_info_for_address(&entries, &bases, context, frame.pc).ok()?;
        let encoding = entry.cie().encoding();
        let evaluate = |expression: &UnwindExpression<usize>, cfa: Option<u64>| {
            let expression = expression.get(&entries).ok()?;
            evaluate(expression.evaluation(encoding), snapshot, frame, cfa)
        };
        let known = |register: Register| *frame.registers.get(usize::from(register.0))?;
        let cfa = match row.cfa() {
            CfaRule::RegisterAndOffset { register, offset } => {
                known(*register)?.wrapping_add_signed(*offset)
            }
            CfaRule::Expression(expression) => evaluate(expression, None)?,
        };
        let mut registers = frame.registers;
        registers[STACK_POINTER] = Some(cfa);
        for (register, rule) in row.registers() {
            let value = match rule {
                RegisterRule::SameValue => continue,
                RegisterRule::Offset(offset) => snapshot.word(cfa.wrapping_add_signed(*offset)),
                RegisterRule::ValOffset(offset) => Some(cfa.wrapping_add_signed(*offset)),
                RegisterRule::Register(other) => known(*other),
                RegisterRule::Expression(expression) => {
                    evaluate(expression, Some(cfa)).and_then(|address| snapshot.word(address))
                }
                RegisterRule::ValExpression(expression) => evaluate(expression, Some(cfa)),
                RegisterRule::Constant(value) => Some(*value),
                _ => None,
            };
            if let Some(place) = registers.get_mut(usize::from(register.0)) {
                *place = value;
            }
        }
        let back = usize::from(entry.cie().return_address_register().0);
        let back = (*registers.get(back)?)? & ADDRESSES;
        // A call may be its function's last instruction; what a signal interrupted is no call.
        let pc = if entry.is_signal_trampoline() { back } else { back.checked_sub(1)? };
        Some(Frame { registers, pc })
    }
}

/// The value of an expression of the tables.
fn evaluate(
    mut evaluation: Evaluation<Slice<'_>>,
    snapshot: &Snapshot,
    frame: &Frame,
    cfa: Option<u64>,
) -> Option<u64> {
    if let Some(cfa) = cfa {
        evaluation.set_initial_value(cfa);
    }
    let mut result = evaluation.evaluate().ok()?;
    loop {
        result = match result {
            EvaluationResult::Complete => break,
            EvaluationResult::RequiresMemory { address, size: 8, .. } => {
                evaluation.resume_with_memory(Value::Generic(snapshot.word(address)?))
            }
            EvaluationResult::RequiresRegister { register, .. } => {
                let value = (*frame.registers.get(usize::from(register.0))?)?;
                evaluation.resume_with_register(Value::Generic(value))
            }
            _ => return None,
        }
        .ok()?;
    }
    match evaluation.as_result() {
        [piece] => match piece.location {
            gimli::Location::Address { address } => Some(address),
            gimli::Location::Value { value } => value.to_u64(!0).ok(),
            _ => None,
        },
        _ => None,
    }
}

/// Calls `visit` for the object that has code at `pc`, if one has, and has tables.
fn with_object(pc: u64, visit: &mut dyn FnMut(&Object<'_>)) {
    let mut search = Search { pc, visit };
    // SAFETY: the data is what the function expects, and lives until this returns.
    unsafe { libc::dl_iterate_phdr(Some(look_into), (&raw mut search).cast()) };
}

struct Search<'a> {
    pc: u64,
    visit: &'a mut dyn FnMut(&Object<'_>),
}

unsafe extern "C" fn look_into(
    info: *mut libc::dl_phdr_info,
    _: usize,
    search: *mut c_void,
) -> libc::c_int {
    const ON: libc::c_int = 0;
    const ENOUGH: libc::c_int = 1;
    // SAFETY: the loader hands a valid description, and what it was given for this function.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search<'_>>()) };
    if info.dlpi_phdr.is_null() {
        return ON;
    }
    // SAFETY: the loader's table of this object.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let at = |header: &libc::Elf64_Phdr| info.dlpi_addr.wrapping_add(header.p_vaddr);
    let loaded = || headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    if !loaded().any(|header| search.pc.wrapping_sub(at(header)) < header.p_memsz) {
        return ON;
    }
    let bytes = |header: &libc::Elf64_Phdr| {
        let start = ptr::with_exposed_provenance::<u8>(at(header) as usize);
        // SAFETY: readable, and nobody writes there; mapped until the loader's lock is given back.
        unsafe { slice::from_raw_parts(start, header.p_filesz as usize) }
    };
    let constant =
        |header: &&libc::Elf64_Phdr| header.p_flags & (libc::PF_R | libc::PF_W) == libc::PF_R;
    let segments: Vec<_> =
        loaded().filter(constant).map(|header| (at(header), bytes(header))).collect();
    if let Some(header) = headers.iter().find(|header| header.p_type == libc::PT_GNU_EH_FRAME) {
        let object = Object { table: bytes(header), table_at: at(header), segments: &segments };
        (search.visit)(&object);
    }
    ENOUGH
}
